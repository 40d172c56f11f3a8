import { GUIDE, SettingsError } from '../service/config.ts';
import type { BackendOptions, QueueBackend } from './backend.ts';

export interface QueueSettings {
  readonly REDIS_URL?: string | undefined;
  readonly POSTGRES_URL?: string | undefined;
}

export type QueueAddress = { readonly kind: 'redis' | 'postgres'; readonly url: string };

/** Where the shared queue is, or undefined where there is none. Throws SettingsError; values are never told. */
export function toQueueAddress({ REDIS_URL, POSTGRES_URL }: QueueSettings): QueueAddress | undefined {
  if (REDIS_URL !== undefined && POSTGRES_URL !== undefined) throw toFault('it or REDIS_URL, not both');
  if (REDIS_URL !== undefined) return { kind: 'redis', url: REDIS_URL };
  if (POSTGRES_URL === undefined) return undefined;
  if (!/^postgres(ql)?:\/\//.test(POSTGRES_URL)) throw toFault('an address that starts with postgres://');
  return { kind: 'postgres', url: POSTGRES_URL };
}

const toFault = (expected: string): SettingsError =>
  new SettingsError(`POSTGRES_URL: expected ${expected} (${GUIDE}#postgres_url)`);

/** BullMQ and its clients are 30 MB that a service without a shared queue never needs. */
export async function openBackend(kind: QueueAddress['kind'], options: BackendOptions): Promise<QueueBackend> {
  if (kind === 'redis') return (await import('./redis/backend.ts')).createRedisBackend(options);
  return (await import('./postgres/backend.ts')).createPostgresBackend(options);
}
