import { Redis } from 'ioredis';
import { type RedisReply, RedisStore } from 'rate-limit-redis';
import type { Logger } from '../../../shared/service/log.ts';
import type { RateStores } from './rate-limit.ts';

/** Counts on a connection of their own that never queues: while Redis is away nobody waits for a count. */
export function createRateStores(redisUrl: string, log: Logger): RateStores {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  redis.on('error', (error: unknown) => log.warn({ reason: String(error) }, 'rate limits cannot reach Redis'));
  const sendCommand = async (command: string, ...args: string[]): Promise<RedisReply> =>
    (await redis.call(command, ...args)) as RedisReply;
  return {
    create: (name) => new RedisStore({ sendCommand, prefix: `easel:rate:${name}:` }),
    close: async () => redis.disconnect(),
  };
}
