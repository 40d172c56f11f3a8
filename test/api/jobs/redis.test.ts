import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createJobs } from '../../../api/jobs/index.ts';
import type { JobModule } from '../../../api/jobs/job.ts';
import { createLog } from '../../../shared/log.ts';
import { systemClock } from '../../../shared/wait.ts';
import { testJobs } from '../../contracts/jobs.ts';
import { createFakeConsumer } from '../../stand-ins/worker/fake-consumer.ts';
import { hasRedis, startRedis } from './redis-server.ts';

if (await hasRedis()) {
  testJobs('Redis', async ({ maxWaiting = 1000, concurrency = 2 }) => {
    const redis = await startRedis();
    const directory = await mkdtemp(join(tmpdir(), 'easel-gateways-'));
    const consumer = createFakeConsumer({ redisUrl: redis.url, concurrency });
    await consumer.start();
    const startGateway = (name: string): Promise<JobModule> =>
      createJobs({
        settings: {
          REDIS_URL: redis.url,
          WORKER_TOKEN: 'a token',
          MAX_WAITING: maxWaiting,
          CACHE_TTL_SECONDS: 3600,
          DATA_DIR: join(directory, name),
        },
        policy: () => undefined,
        encodeJob: (job) => job.id,
        clock: systemClock,
        log: createLog({ service: 'test', level: 'silent' }),
      });
    let [jobs, otherJobs] = [await startGateway('one'), await startGateway('two')];
    return {
      get jobs() {
        return jobs;
      },
      get otherJobs() {
        return otherJobs;
      },
      productions: consumer.productions.all,
      production: consumer.productions.at,
      get isAutomatic() {
        return consumer.isAutomatic;
      },
      set isAutomatic(isAutomatic) {
        consumer.isAutomatic = isAutomatic;
      },
      removals: consumer.removals,
      restart: async () => {
        await jobs.stop({ graceMs: 0 });
        jobs = await startGateway('one');
        return jobs;
      },
      close: async () => {
        await Promise.all([jobs.stop({ graceMs: 0 }), otherJobs.stop({ graceMs: 0 })]);
        await consumer.stop(0);
        await redis.close();
        await rm(directory, { recursive: true });
      },
    };
  });
} else {
  test('jobs on Redis', { skip: 'there is no redis-server on this machine' }, () => undefined);
}
