import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Logger } from '../../service/log.ts';

/** Key names that gateways and workers share on Redis. */

const PREFIX = 'easel';

/** Prefix of BullMQ's own keys. */
export const QUEUE_PREFIX = `${PREFIX}:queue`;

export const redisKeys = {
  run: (runId: string) => `${PREFIX}:run:${runId}`,
  ticket: (ticketKey: string) => `${PREFIX}:ticket:${ticketKey}`,
  name: (name: string) => `${PREFIX}:name:${name}`,
  fact: (name: string) => `${PREFIX}:fact:${name}`,
  secret: (name: string) => `${PREFIX}:secret:${name}`,
  blob: (key: string) => `${PREFIX}:${key}`,
  /** List of a client's last tickets, newest first. */
  client: (clientId: string) => `${PREFIX}:client:${clientId}`,
  /** Version of the stored data. */
  format: `${PREFIX}:format`,
  /** Unfinished runs, by the time they were accepted. */
  open: `${PREFIX}:open`,
  /** Waiting runs, by their place. */
  waiting: `${PREFIX}:waiting`,
  /** Place of the last run of each line, and the queue's present turn. */
  places: `${PREFIX}:waiting:places`,
  /** Total cost of each client's waiting runs. */
  costs: `${PREFIX}:waiting:costs`,
  /** Tickets to call back, by due time. */
  callbacks: `${PREFIX}:callbacks`,
} as const;

/**
 * While Redis restarts, commands wait, as BullMQ requires of its connections, and do not fail after some tries. They wait for
 * ever, or up to `commandTimeoutMs` where a client waits for the answer.
 */
export function connectRedis(url: string, log: Logger, commandTimeoutMs?: number): Redis {
  const bound = commandTimeoutMs === undefined ? {} : { commandTimeout: commandTimeoutMs };
  const redis = new Redis(url, { maxRetriesPerRequest: null, ...bound });
  redis.on('error', (error: unknown) => log.warn({ reason: String(error) }, 'Redis cannot be reached'));
  return redis;
}

type Argument = string | number | Buffer;

/** A Lua script, called by its digest. Redis forgets scripts when it restarts, so the whole script is sent then. */
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
