import { randomBytes } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { channelNames, readMessage } from '../../../shared/queue/channels.ts';
import { createRedisBackend } from '../../../shared/queue/redis/backend.ts';
import { redisKeys } from '../../../shared/queue/redis/connection.ts';
import { endedMessageSchema } from '../../../shared/queue/run.ts';
import { createSealedVault, type Vault } from '../../../shared/queue/sealed-vault.ts';
import { createQueueDispatch } from '../../dispatch/queue/dispatch.ts';
import { settleFormat } from '../journal/redis/format.ts';
import { createRedisJournal } from '../journal/redis/journal.ts';
import type { Estimates } from '../wait/estimates.ts';
import type { JobBackend, JobBackendOptions } from './backend.ts';

/** Any number of gateways and workers that share a Redis. */

/** Longer than a restart of Redis takes. While Redis is away, no caller waits longer for it. */
const PATIENCE_MS = 10_000;
/** How often a gateway keeps what it learned about durations, for the next one that starts. */
const KEEP_MEANS_MS = 60_000;

export async function createShared(
  url: string,
  { settings, limits, observer, clock, log }: JobBackendOptions,
): Promise<JobBackend> {
  const { keepMs } = limits;
  const backend = createRedisBackend({ url, keepMs, patienceMs: PATIENCE_MS, clock, log });
  const journal = createRedisJournal({ backend, keepMs, clock, log });
  const { channels, blobs, redis } = backend;
  await settleFormat(redis);
  return {
    journal,
    isShared: true,
    vault: settings.WORKER_TOKEN === undefined ? refusingVault : createSealedVault(blobs, settings.WORKER_TOKEN),
    loadSecret: async (name, prefix) => {
      const value = `${prefix}${randomBytes(32).toString('base64')}`;
      await redis.set(redisKeys.secret(name), value, 'NX');
      return (await redis.get(redisKeys.secret(name))) ?? value;
    },
    createDispatch: async ({ estimates, onEnded }) => {
      let keptAt = Number.NEGATIVE_INFINITY;
      const learn = (result: Parameters<Estimates['learn']>[0]): void => {
        estimates.learn(result);
        if (clock.elapsed() - keptAt < KEEP_MEANS_MS) return;
        keptAt = clock.elapsed();
        journal.writeFact('means', estimates.toText()).catch((error: unknown) => {
          log.warn({ reason: String(error) }, 'how long jobs take could not be kept');
        });
      };
      await channels.subscribe(channelNames.ended, (message) => {
        const { timings, callbacks, attempts, ...end } = readMessage(endedMessageSchema, message) ?? {};
        const { engine } = end;
        if (engine !== undefined && timings !== undefined) learn({ engine, timings });
        if (engine !== undefined || attempts !== undefined) observer.ended({ ...end, attempts: attempts ?? [] });
        if (callbacks !== 0) onEnded();
      });
      const onAwake = (tookMs: number): void => estimates.learnWake(tookMs);
      return createQueueDispatch({ backend, workerUrls: settings.WORKER_URL ?? [], onAwake, clock, log });
    },
    recover: async () => undefined,
    close: journal.close,
  };
}

/** Callers' tokens are never sent unsealed. */
const refusingVault: Vault = {
  put: async () => {
    throw new AppError('internal', 'WORKER_TOKEN must be set for requests that bring their own token over the queue');
  },
  get: async () => undefined,
  drop: async () => undefined,
};
