import { Redis } from 'ioredis';
import type { Logger } from '../../../shared/service/log.ts';

/** The rate limits' own connection. It never queues commands, so that no request waits while Redis is unreachable. */
export function openRateConnection(redisUrl: string, log: Logger): Redis {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on('error', (error: unknown) => log.warn({ reason: String(error) }, 'rate limits cannot reach Redis'));
  return redis;
}
