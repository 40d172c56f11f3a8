import { createHash } from 'node:crypto';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import type { RequestDraft } from '../job.ts';

/** What equal requests have in common, as short names. */

/**
 * The name of a picture with a given seed, for every caller and dialect. It is made of all that determines the picture:
 * not of its delivery or of previews, but of a caller's own token, which may be the only way to the engine.
 */
export const toPictureName = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  `picture:${hash({ picture: toPicture(draft), credentials })}`;

/** The name of a picture with a random seed: of one client, or of everybody who fetches an address. */
export const toRetryName = (asker: string, draft: RequestDraft, credentials: Credentials | undefined): string =>
  `retry:${hash({ asker, picture: toPicture(draft), deliver: draft.deliver, credentials })}`;

export const toIdempotencyName = (clientId: string, key: string): string => `idempotency:${hash({ clientId, key })}`;

/** A key that was used for one request may be used again for one of the same fingerprint. */
export const toFingerprint = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  hash({ picture: toPicture(draft), seed: draft.seed, deliver: draft.deliver, credentials });

/** Most dialects fill these in when the caller leaves them out, so that they count as left out. */
const USUAL = { guidanceScale: 7, shape: 'square' } as const;

function toPicture(draft: RequestDraft): object {
  const { previews: _previews, deliver: _deliver, ...picture } = draft;
  const shape = draft.width === undefined ? (draft.shape ?? USUAL.shape) : undefined;
  return { ...picture, shape, guidanceScale: draft.guidanceScale ?? USUAL.guidanceScale, seedGiven: undefined };
}

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
