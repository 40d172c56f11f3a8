import { createHash } from 'node:crypto';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import type { RequestDraft } from '../job.ts';

/** What equal requests have in common, as short names. */

/**
 * Of every caller, whatever the dialect: what determines the picture. How it is delivered and partial pictures on the
 * way do not; a caller's own token does, since it may be the only way to the engine.
 */
export const toPictureName = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  `picture:${hash({ picture: toPicture(draft), credentials })}`;

/** Of one client (or of whoever fetches an address), whose seed is random. */
export const toRetryName = (asker: string, draft: RequestDraft, credentials: Credentials | undefined): string =>
  `retry:${hash({ asker, picture: toPicture(draft), deliver: draft.deliver, credentials })}`;

export const toIdempotencyName = (clientId: string, key: string): string => `idempotency:${hash({ clientId, key })}`;

/** What an idempotency key may be used for again. */
export const toFingerprint = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  hash({ picture: toPicture(draft), seed: draft.seed, deliver: draft.deliver, credentials });

/** What most dialects fill in where nothing was said is the same as nothing. */
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
