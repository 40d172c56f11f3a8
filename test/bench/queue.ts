import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs } from '../../api/jobs/index.ts';
import { channelNames } from '../../shared/queue/channels.ts';
import { createRedisBackend } from '../../shared/queue/redis/backend.ts';
import { createLog } from '../../shared/service/log.ts';
import { systemClock } from '../../shared/wait.ts';
import { createFakeConsumer } from '../stand-ins/worker/fake-consumer.ts';
import { isRedisInstalled, type RedisServer, startRedis } from '../support/redis-server.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { openBareQueue } from './bare-queue.ts';
import { type Server, startServer } from './processes.ts';
import type { Figure, Section } from './report.ts';
import { startGateway } from './services.ts';
import { measureDepths } from './waiting.ts';

/** Jobs over BullMQ on Redis with its append-only file: the job module compared with a bare producer and worker. */

const JOBS = 1500;
const WARM_UP = 600;
const ROUNDS = 3;
const AT_ONCE = 32;
const CONCURRENCY = '10';
const LOOK_MS = 5;
const TOKEN = 'token-of-the-benchmarks';

/** Sends jobs and resolves with the jobs per second, from the first one sent to the last one ended. */
async function timeJobs(count: number, send: (index: number) => Promise<unknown>, countOpen: () => Promise<number>) {
  const startedAt = performance.now();
  let next = 0;
  const sendOn = async (): Promise<void> => {
    while (next < count) await send(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
  while ((await countOpen()) > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return (count / (performance.now() - startedAt)) * 1000;
}

const toDraft = (seed: number) => ({
  ...{ prompt: 'a red fox in the snow', seed, count: 1, strict: false, safe: false, previews: 0 },
  ...{ guidanceScale: 7, shape: 'square' as const, format: 'png' as const, deliver: 'url' as const },
});

interface Producer {
  send(index: number): Promise<unknown>;
  countOpen(): Promise<number>;
  stop(): Promise<void>;
}

async function createOurs({ url }: RedisServer): Promise<Producer> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-bench-'));
  const log = createLog({ service: 'bench', level: 'warn' });
  const clock = systemClock;
  const limits = { MAX_WAITING: 100_000, CACHE_TTL_SECONDS: 3600 };
  const jobs = await createJobs({
    settings: { REDIS_URL: url, ...limits, WORKER_TOKEN: [TOKEN], DATA_DIR: directory },
    policy: () => undefined,
    encodeJob: (job) => job.id,
    clock,
    log,
  });
  const backend = createRedisBackend({ url, keepMs: 0, clock, log });
  const options = { client: { id: 'bench' }, asynchronous: true, requestId: 'bench', traceparent: 'bench' };
  let open = 0;
  await backend.channels.subscribe(channelNames.ended, () => {
    open -= 1;
  });
  return {
    send: (index) => {
      open += 1;
      return jobs.submit(toDraft(index), options);
    },
    countOpen: async () => open,
    stop: async () => {
      await backend.close();
      await jobs.stop({ graceMs: 0 });
      await removeDirectory(directory);
    },
  };
}

function createBare(url: string): Producer {
  const queue = openBareQueue(url);
  return {
    send: (index) => queue.add('run', { request: toDraft(index) }, { removeOnComplete: true }),
    countOpen: async () => {
      const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
      return waiting + active;
    },
    stop: () => queue.close(),
  };
}

async function measureThroughput(server: RedisServer): Promise<Figure> {
  const env = { REDIS_URL: server.url, CONCURRENCY };
  const script = ['test/bench/queue-consumer-process.ts'];
  const ours = await createOurs(server);
  const consumers: Server[] = [
    await startServer(script, { env }),
    await startServer(script, { env: { ...env, IS_BARE: '1' } }),
  ];
  const bare = createBare(server.url);
  let index = 0;
  const time = (producer: Producer, count: number): Promise<number> =>
    timeJobs(count, () => producer.send(index++), producer.countOpen);
  try {
    for (const producer of [ours, bare]) await time(producer, WARM_UP);
    let [best, bestBare] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      best = Math.max(best, await time(ours, JOBS));
      bestBare = Math.max(bestBare, await time(bare, JOBS));
    }
    const reference = { what: 'a bare BullMQ producer and worker', value: bestBare };
    return {
      what: 'jobs per second on Redis',
      value: best,
      unit: '/s',
      reference,
      aim: 'at least 0.7',
    };
  } finally {
    await Promise.all([ours.stop(), bare.stop(), ...consumers.map((consumer) => consumer.stop())]);
  }
}

async function measureWaiting({ url }: RedisServer): Promise<Figure[]> {
  const gateway = await startGateway({
    REDIS_URL: url,
    WORKER_TOKEN: TOKEN,
    MAX_WAITING: '20000',
    TRUST_PROXY: '1',
  });
  const consumer = await createFakeConsumer({ redisUrl: url, concurrency: 1, lockMs: 20_000 });
  await consumer.start();
  try {
    return await measureDepths(gateway, consumer.productions);
  } finally {
    await gateway.stop();
    await consumer.stop(0);
  }
}

export const queue: Section = {
  name: 'queue',
  title: 'Jobs over BullMQ on Redis, and waiting ones of many clients',
  measure: async () => {
    if (!isRedisInstalled) {
      console.error('redis-server is missing: the section queue is skipped.');
      return [];
    }
    const server = await startRedis();
    try {
      return [await measureThroughput(server), ...(await measureWaiting(server))];
    } finally {
      await server.close();
    }
  },
};
