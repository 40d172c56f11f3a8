import { createHash } from 'node:crypto';
import type { RequestDraft } from '../job.ts';

/** What equal requests have in common, as short names. */

type Credentials = Readonly<Record<string, string>> | undefined;

/**
 * Of every caller: what determines the picture. Partial pictures on the way do not; a caller's own token does, since
 * it may be the only way to the engine.
 */
export function toPictureName({ previews: _, ...request }: RequestDraft, credentials: Credentials): string {
  return `picture:${hash({ request: { ...request, seedGiven: undefined }, credentials })}`;
}

/** Of one client, whose seed is random. */
export function toRetryName(clientId: string, draft: RequestDraft, credentials: Credentials): string {
  return `retry:${hash({ clientId, draft, credentials })}`;
}

export function toIdempotencyName(clientId: string, key: string): string {
  return `idempotency:${hash({ clientId, key })}`;
}

export const toFingerprint = (draft: RequestDraft): string => hash({ draft });

const hash = (value: object): string =>
  createHash('sha256').update(toCanonicalJson(value)).digest('base64url').slice(0, 32);

/** Keys in order and without the unset ones, so that equal values are equal texts. */
function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isRecord(part) ? sortKeys(part) : part));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sortKeys = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
