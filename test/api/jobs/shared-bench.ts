import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs } from '../../../api/jobs/index.ts';
import type { JobModule } from '../../../api/jobs/job.ts';
import { createRedisBackend, type RedisBackend } from '../../../shared/queue/redis/backend.ts';
import { createLog } from '../../../shared/service/log.ts';
import { type Clock, systemClock } from '../../../shared/wait.ts';
import { createFakeConsumer, type FakeConsumer } from '../../stand-ins/worker/fake-consumer.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

/** Two gateways and any number of workers on a server of their own. */
export interface SharedBench {
  readonly server: RedisServer;
  /** Gives direct access to Redis, for states that no gateway or worker would write. */
  readonly backend: RedisBackend;
  readonly jobs: JobModule;
  readonly otherJobs: JobModule;
  /** Short locks notice a dead worker soon, but may mistake a worker on a busy machine for one. */
  addWorker(concurrency: number, lockMs?: number): Promise<FakeConsumer>;
  /** The first gateway is stopped and started again. */
  restart(options?: { readonly clock?: Clock; readonly graceMs?: number }): Promise<JobModule>;
  close(): Promise<void>;
}

export async function createSharedBench({ maxWaiting = 1000 } = {}): Promise<SharedBench> {
  const server = await startRedis();
  const log = createLog({ service: 'test', level: 'silent' });
  const backend = createRedisBackend({ url: server.url, keepMs: 3_600_000, clock: systemClock, log });
  const directory = await mkdtemp(join(tmpdir(), 'easel-gateways-'));
  const consumers: FakeConsumer[] = [];
  const startGateway = (name: string, clock = systemClock): Promise<JobModule> =>
    createJobs({
      settings: {
        REDIS_URL: server.url,
        WORKER_TOKEN: ['a token'],
        MAX_WAITING: maxWaiting,
        CACHE_TTL_SECONDS: 3600,
        DATA_DIR: join(directory, name),
      },
      policy: () => undefined,
      encodeJob: (job) => job.id,
      clock,
      log,
    });
  let jobs = await startGateway('one');
  const otherJobs = await startGateway('two');
  return {
    server,
    backend,
    get jobs() {
      return jobs;
    },
    otherJobs,
    addWorker: async (concurrency, lockMs) => {
      const name = `worker ${consumers.length}`;
      const locks = lockMs === undefined ? {} : { lockMs };
      const consumer = await createFakeConsumer({ redisUrl: server.url, concurrency, name, ...locks });
      consumers.push(consumer);
      await consumer.start();
      return consumer;
    },
    restart: async ({ clock, graceMs = 0 } = {}) => {
      await jobs.stop({ graceMs });
      jobs = await startGateway('one', clock);
      return jobs;
    },
    close: async () => {
      await Promise.all([jobs.stop({ graceMs: 0 }), otherJobs.stop({ graceMs: 0 })]);
      await Promise.all(consumers.map((consumer) => consumer.stop(0)));
      await backend.close();
      await server.close();
      await removeDirectory(directory);
    },
  };
}
