import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { setting } from '../../../shared/service/config.ts';

/** A key that the operator gave out. Only a digest of the secret is kept in memory. */
export interface ApiKey {
  readonly name: string;
  readonly digest: Buffer;
  /** Picture requests a minute. Default: the general limit. */
  readonly perMinute?: number | undefined;
  /** Picture requests a day. Default: no limit. */
  readonly perDay?: number | undefined;
}

const ENTRY = /^([\w-]{1,64}):([^\s:,]{16,})(?::(\d+))?(?::(\d+))?$/;

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function toApiKey(entry: string, context: z.RefinementCtx): ApiKey | typeof z.NEVER {
  const [, name, secret, perMinute, perDay] = ENTRY.exec(entry) ?? [];
  if (name === undefined || secret === undefined) {
    context.addIssue({ code: 'custom', message: 'not name:secret' });
    return z.NEVER;
  }
  return {
    name,
    digest: digest(secret),
    ...(perMinute !== undefined && { perMinute: Number(perMinute) }),
    ...(perDay !== undefined && { perDay: Number(perDay) }),
  };
}

export function apiKeys(description: string) {
  const inner = z
    .string()
    .transform((value, context) => value.split(',').map((entry) => toApiKey(entry.trim(), context)))
    .optional();
  return setting(inner, {
    description,
    format:
      'name:secret entries separated by commas, each with :requests-a-minute and :requests-a-day if wanted; a secret has 16 characters or more',
    secret: true,
  });
}

/** Compares every key, so that the time it takes does not show which one came close. */
export function findApiKey(keys: readonly ApiKey[], given: string): ApiKey | undefined {
  const wanted = digest(given);
  return keys.filter((key) => timingSafeEqual(key.digest, wanted))[0];
}
