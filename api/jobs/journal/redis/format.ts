import type { Redis } from 'ioredis';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { GUIDE, SettingsError } from '../../../../shared/service/config.ts';

/**
 * Number of the journal's format on Redis. Format 1 had no number; its records can be read, since fields that were added
 * later have defaults. A format that cannot be read like that needs a migration here. Everything expires within days.
 */
const FORMAT = 2;

/** Writes the number down. Throws SettingsError for what a much newer release wrote; one format newer is a neighbour. */
export async function settleFormat(redis: Redis): Promise<void> {
  const found = Number((await redis.get(redisKeys.format)) ?? 0);
  if (found > FORMAT + 1) {
    const cure = 'start the newer release that wrote it, or use another database';
    throw new SettingsError(
      `REDIS_URL: expected a journal of format ${FORMAT} or older, and found ${found}: ${cure} (${GUIDE}#redis_url)`,
    );
  }
  if (found < FORMAT) await redis.set(redisKeys.format, FORMAT);
}
