import { createRedisBackend } from '../../../shared/queue/redis/backend.ts';
import { redisKeys } from '../../../shared/queue/redis/connection.ts';
import { createRedisJournal } from '../journal/redis/journal.ts';
import type { CreateSharedParts } from './shared.ts';

export const createRedisParts: CreateSharedParts = async (options) => {
  const backend = createRedisBackend(options);
  return {
    backend,
    journal: createRedisJournal({ ...options, backend }),
    keepSecret: async (name, value) => {
      await backend.redis.set(redisKeys.secret(name), value, 'NX');
      return (await backend.redis.get(redisKeys.secret(name))) ?? value;
    },
  };
};
