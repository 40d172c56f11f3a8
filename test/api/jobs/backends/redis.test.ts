import { testSharedJobs } from '../../../contracts/shared-jobs.ts';
import { withRedis } from '../../../support/redis-server.ts';

withRedis(testSharedJobs);
