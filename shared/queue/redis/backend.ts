import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisBackend as createBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type { BackendOptions, QueueBackend } from '../backend.ts';
import { createJobConsumer, createJobQueue } from '../job-queue.ts';
import { createRedisChannels } from './channels.ts';
import { connectRedis, QUEUE_PREFIX, redisKeys } from './connection.ts';
import { createRedisRuns } from './runs.ts';

export interface RedisBackend extends QueueBackend {
  readonly redis: Redis;
}

export function createRedisBackend({ url, patienceMs, keepMs, clock, log }: BackendOptions): RedisBackend {
  const redis = connectRedis(url, log, patienceMs);
  const channels = createRedisChannels(redis, log);
  const binding = { connection: redis, prefix: QUEUE_PREFIX, createBackend, log };
  return {
    redis,
    channels,
    runs: createRedisRuns({ redis, clock, keepMs }),
    blobs: {
      put: async (key, bytes, lifeSeconds) => void (await redis.set(redisKeys.blob(key), bytes, 'EX', lifeSeconds)),
      get: async (key) => (await redis.getBuffer(redisKeys.blob(key))) ?? undefined,
      drop: async (key) => void (await redis.del(redisKeys.blob(key))),
    },
    openQueue: () => createJobQueue(binding),
    openConsumer: (options) => createJobConsumer(binding, options),
    answers: createProbe(redis),
    close: async () => {
      await channels.close();
      redis.disconnect();
    },
  };
}

/** One PING at a time: while Redis is unreachable they would pile up. */
function createProbe(redis: Redis): RedisBackend['answers'] {
  let asking: Promise<boolean> | undefined;
  const ask = async (): Promise<boolean> => (await redis.ping()) === 'PONG';
  return async (timeoutMs) => {
    if (redis.status !== 'ready') return false;
    asking ??= ask()
      .catch(() => false)
      .finally(() => {
        asking = undefined;
      });
    return Promise.race([asking, sleep(timeoutMs, false, { ref: false })]);
  };
}
