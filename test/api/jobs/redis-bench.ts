import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs } from '../../../api/jobs/index.ts';
import type { JobModule } from '../../../api/jobs/job.ts';
import { createLog } from '../../../shared/log.ts';
import { systemClock } from '../../../shared/wait.ts';
import { createFakeConsumer, type FakeConsumer } from '../../stand-ins/worker/fake-consumer.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

/** Two gateways and any number of workers on a Redis of their own. */
export interface RedisBench {
  readonly redis: RedisServer;
  readonly jobs: JobModule;
  readonly otherJobs: JobModule;
  /** Short locks notice a dead worker soon, and take a busy machine for one. */
  addWorker(concurrency: number, lockMs?: number): Promise<FakeConsumer>;
  /** The first gateway is stopped and started again. */
  restart(): Promise<JobModule>;
  close(): Promise<void>;
}

export async function createRedisBench({ maxWaiting = 1000 } = {}): Promise<RedisBench> {
  const redis = await startRedis();
  const directory = await mkdtemp(join(tmpdir(), 'easel-gateways-'));
  const consumers: FakeConsumer[] = [];
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
  let jobs = await startGateway('one');
  const otherJobs = await startGateway('two');
  return {
    redis,
    get jobs() {
      return jobs;
    },
    otherJobs,
    addWorker: async (concurrency, lockMs) => {
      const name = `worker ${consumers.length}`;
      const locks = lockMs === undefined ? {} : { lockMs };
      const consumer = createFakeConsumer({ redisUrl: redis.url, concurrency, name, ...locks });
      consumers.push(consumer);
      await consumer.start();
      return consumer;
    },
    restart: async () => {
      await jobs.stop({ graceMs: 0 });
      jobs = await startGateway('one');
      return jobs;
    },
    close: async () => {
      await Promise.all([jobs.stop({ graceMs: 0 }), otherJobs.stop({ graceMs: 0 })]);
      await Promise.all(consumers.map((consumer) => consumer.stop(0)));
      await redis.close();
      await rm(directory, { recursive: true });
    },
  };
}
