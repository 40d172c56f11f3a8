import { createRedisParts } from '../../../../api/jobs/backends/redis-parts.ts';
import { testSharedJobs } from '../../../contracts/shared-jobs.ts';
import { withQueueServers } from '../../../queue-servers/index.ts';
import { redisServers } from '../../../queue-servers/redis.ts';

withQueueServers(redisServers, () => testSharedJobs(redisServers, createRedisParts));
