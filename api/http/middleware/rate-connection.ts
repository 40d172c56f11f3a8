import { Redis } from 'ioredis';
import type { Logger } from '../../../shared/service/log.ts';

/** Counts on a connection of their own that never queues: while Redis is away nobody waits for a count. */
export function openRateConnection(redisUrl: string, log: Logger): Redis {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on('error', (error: unknown) => log.warn({ reason: String(error) }, 'rate limits cannot reach Redis'));
  return redis;
}
