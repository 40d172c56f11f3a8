import type { Redis } from 'ioredis';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { GUIDE, SettingsError } from '../../../../shared/service/config.ts';

/**
 * Number of the journal's format on Redis. Format 1 had no number. Its records can be read, since later fields have defaults.
 * A format that cannot be read like that needs a migration here. All records expire within days.
 */
const FORMAT = 2;

/** Writes the number. Throws SettingsError for a much newer format. The next format is accepted. */
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
