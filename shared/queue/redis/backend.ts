import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '../../service/log.ts';
import type { Clock } from '../../wait.ts';
import type { Blobs } from '../backend.ts';
import type { Channels } from '../channels.ts';
import { createRedisChannels } from './channels.ts';
import { connectRedis, redisKeys } from './connection.ts';
import {
  createJobConsumer,
  createJobQueue,
  type JobConsumer,
  type JobConsumerOptions,
  type JobQueue,
} from './job-queue.ts';
import { createRedisRuns, type SharedRuns } from './runs.ts';

/** What gateways and workers share, on Redis or Valkey. */
export interface RedisBackend {
  readonly redis: Redis;
  readonly runs: SharedRuns;
  readonly channels: Channels;
  readonly blobs: Blobs;
  openQueue(): Promise<JobQueue>;
  openConsumer(options: JobConsumerOptions): Promise<JobConsumer>;
  /** Whether Redis answers within this time. */
  answers(timeoutMs: number): Promise<boolean>;
  /** Close the queues and consumers first. */
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly url: string;
  /** Milliseconds for which an ended run can be read. */
  readonly keepMs: number;
  /** Milliseconds after which a command fails while Redis cannot be reached. Missing: it waits for ever. */
  readonly patienceMs?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createRedisBackend({ url, patienceMs, keepMs, clock, log }: BackendOptions): RedisBackend {
  const redis = connectRedis(url, log, patienceMs);
  const channels = createRedisChannels(redis, log);
  return {
    redis,
    channels,
    runs: createRedisRuns({ redis, clock, keepMs }),
    blobs: {
      put: async (key, bytes, lifeSeconds) => void (await redis.set(redisKeys.blob(key), bytes, 'EX', lifeSeconds)),
      get: async (key) => (await redis.getBuffer(redisKeys.blob(key))) ?? undefined,
      collect: async (key, lifeSeconds) =>
        (await redis.getexBuffer(redisKeys.blob(key), 'EX', lifeSeconds)) ?? undefined,
      drop: async (key) => void (await redis.del(redisKeys.blob(key))),
    },
    openQueue: () => createJobQueue(redis, log),
    openConsumer: (options) => createJobConsumer(redis, log, options),
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
