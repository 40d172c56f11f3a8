import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { EngineStatus, Removal } from '../contract/wire.ts';
import type { Logger } from '../log.ts';

/** Names that gateways and workers share on Redis. */

const PREFIX = 'easel';

export const QUEUE = { name: 'runs', prefix: `${PREFIX}:queue` } as const;

export const redisKeys = {
  run: (runId: string) => `${PREFIX}:run:${runId}`,
  /** List of a run's events, without previews. */
  events: (runId: string) => `${PREFIX}:run:${runId}:events`,
  ticket: (ticketKey: string) => `${PREFIX}:ticket:${ticketKey}`,
  name: (name: string) => `${PREFIX}:name:${name}`,
  fact: (name: string) => `${PREFIX}:fact:${name}`,
  secret: (name: string) => `${PREFIX}:secret:${name}`,
  credentials: (runId: string) => `${PREFIX}:credentials:${runId}`,
  picture: (pictureId: string) => `${PREFIX}:picture:${pictureId}`,
  /** Tickets of a client, by time. */
  client: (clientId: string) => `${PREFIX}:client:${clientId}`,
  /** Unfinished runs, by the time they were accepted. */
  open: `${PREFIX}:open`,
  /** Waiting runs, by their turn. */
  waiting: `${PREFIX}:waiting`,
  /** Tickets to call back, by the time at which that is due. */
  callbacks: `${PREFIX}:callbacks`,
} as const;

export const redisChannels = {
  run: (runId: string) => `${PREFIX}:events:${runId}`,
  /** A run id: whoever makes it should stop. */
  cancel: `${PREFIX}:cancel`,
  /** The result of a run, or an empty text: some run has ended. */
  ended: `${PREFIX}:ended`,
  /** WorkerHeartbeat. */
  workers: `${PREFIX}:workers`,
  /** A gateway that would like to hear from all workers. */
  hello: `${PREFIX}:hello`,
  /** An ErrorRecord, or an empty text when the picture is removed. */
  removed: (removalId: string) => `${PREFIX}:removed:${removalId}`,
} as const;

/** What waits on the queue: a run by its id, or a hosted picture to remove. */
export type QueueJob = { readonly runId: string } | { readonly removalId: string; readonly removal: Removal };

export interface WorkerHeartbeat {
  readonly name: string;
  readonly running: number;
  readonly concurrency: number;
  readonly engines?: readonly EngineStatus[] | undefined;
  readonly stores?: readonly EngineStatus[] | undefined;
  /** It says goodbye. */
  readonly isStopping: boolean;
}

export const HEARTBEAT_INTERVAL_MS = 15_000;

/**
 * Commands wait while Redis restarts, as BullMQ asks of its connections, instead of failing after some tries: for ever,
 * or where a client waits for them for so many milliseconds.
 */
export function connectRedis(url: string, log: Logger, commandTimeoutMs?: number): Redis {
  const bound = commandTimeoutMs === undefined ? {} : { commandTimeout: commandTimeoutMs };
  const redis = new Redis(url, { maxRetriesPerRequest: null, ...bound });
  redis.on('error', (error: unknown) => log.warn({ reason: String(error) }, 'Redis cannot be reached'));
  return redis;
}

type Argument = string | number | Buffer;

/** A Lua script, sent by its digest; Redis forgets scripts when it restarts. */
export function createScript(lua: string) {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
}
