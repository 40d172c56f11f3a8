import { createPostgresParts } from '../../../../api/jobs/backends/postgres-parts.ts';
import { testSharedJobs } from '../../../contracts/shared-jobs.ts';
import { withQueueServers } from '../../../queue-servers/index.ts';
import { postgresServers } from '../../../queue-servers/postgres.ts';

withQueueServers(postgresServers, () => testSharedJobs(postgresServers, createPostgresParts));
