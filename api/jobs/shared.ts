import { randomBytes } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';
import { connectRedis, redisChannels, redisKeys } from '../../shared/queue/redis.ts';
import { createChannels } from '../../shared/queue/redis-channels.ts';
import { createSharedRuns } from '../../shared/queue/redis-runs.ts';
import { createSealedVault } from '../../shared/queue/sealed-vault.ts';
import { createQueueDispatch } from '../dispatch/queue.ts';
import type { Vault } from './context.ts';
import type { Foundation, FoundationOptions } from './foundation.ts';
import { createRedisJournal } from './redis-journal.ts';

/** A restart of Redis takes a second or two; a caller is not kept longer than this by one that is away. */
const COMMAND_TIMEOUT_MS = 10_000;

/** Any number of gateways and workers, which share Redis. */
export function createShared(redisUrl: string, options: FoundationOptions): Foundation {
  const { settings, limits, clock, log } = options;
  const redis = connectRedis(redisUrl, log, COMMAND_TIMEOUT_MS);
  const channels = createChannels(redis, log);
  const journal = createRedisJournal({ redis, channels, clock, keepMs: limits.keepMs, log });
  const runs = createSharedRuns({ redis, clock, keepMs: limits.keepMs });

  return {
    journal,
    isShared: true,
    vault: settings.WORKER_TOKEN === undefined ? refusingVault : createSealedVault(redis, settings.WORKER_TOKEN),
    loadSecret: async (name, prefix) => {
      const made = `${prefix}${randomBytes(32).toString('base64')}`;
      await redis.set(redisKeys.secret(name), made, 'NX');
      return (await redis.get(redisKeys.secret(name))) ?? made;
    },
    createDispatch: async ({ estimates, onEnded }) => {
      await channels.subscribe(redisChannels.ended, (message) => {
        if (message !== '') estimates.learn(JSON.parse(message));
        onEnded();
      });
      const onAwake = (tookMs: number): void => estimates.learnWake(tookMs);
      return createQueueDispatch({ redis, channels, runs, workerUrls: settings.WORKER_URL ?? [], onAwake, clock, log });
    },
    recover: async () => undefined,
    close: async () => {
      await journal.close();
      redis.disconnect();
    },
  };
}

/** Callers' tokens travel sealed, or not at all. */
const refusingVault: Vault = {
  put: async () => {
    throw new AppError('internal', 'WORKER_TOKEN must be set for requests that bring their own token over Redis');
  },
  get: async () => undefined,
  drop: async () => undefined,
};
