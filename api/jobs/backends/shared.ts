import { randomBytes } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import type { BackendOptions, QueueBackend } from '../../../shared/queue/backend.ts';
import { channelNames } from '../../../shared/queue/channels.ts';
import { createSealedVault } from '../../../shared/queue/sealed-vault.ts';
import { createQueueDispatch } from '../../dispatch/queue/dispatch.ts';
import type { Vault } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import type { Foundation, FoundationOptions } from './backend.ts';

/** Any number of gateways and workers, which share a backend. */

export interface SharedParts {
  readonly backend: QueueBackend;
  /** Closes the backend with it. */
  readonly journal: Journal;
  /** Answers what is kept under that name: this value, unless another gateway was first. */
  keepSecret(name: string, value: string): Promise<string>;
}

/** What `redis-parts.ts` and `postgres-parts.ts` do. */
export type CreateSharedParts = (options: BackendOptions) => Promise<SharedParts>;

/** A restart of the backend takes some seconds; a caller is not kept longer than this by one that is away. */
const PATIENCE_MS = 10_000;

export async function createShared(
  url: string,
  createParts: CreateSharedParts,
  { settings, limits, clock, log }: FoundationOptions,
): Promise<Foundation> {
  const { keepMs } = limits;
  const { backend, journal, keepSecret } = await createParts({ url, keepMs, patienceMs: PATIENCE_MS, clock, log });
  const { channels, blobs } = backend;
  return {
    journal,
    isShared: true,
    vault: settings.WORKER_TOKEN === undefined ? refusingVault : createSealedVault(blobs, settings.WORKER_TOKEN),
    loadSecret: (name, prefix) => keepSecret(name, `${prefix}${randomBytes(32).toString('base64')}`),
    createDispatch: async ({ estimates, onEnded }) => {
      await channels.subscribe(channelNames.ended, (message) => {
        if (message !== '') estimates.learn(JSON.parse(message));
        onEnded();
      });
      const onAwake = (tookMs: number): void => estimates.learnWake(tookMs);
      return createQueueDispatch({ backend, workerUrls: settings.WORKER_URL ?? [], onAwake, clock, log });
    },
    recover: async () => undefined,
    close: journal.close,
  };
}

/** Callers' tokens travel sealed, or not at all. */
const refusingVault: Vault = {
  put: async () => {
    throw new AppError('internal', 'WORKER_TOKEN must be set for requests that bring their own token over the queue');
  },
  get: async () => undefined,
  drop: async () => undefined,
};
