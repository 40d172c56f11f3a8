import { hash } from 'node:crypto';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import type { RequestDraft } from '../job.ts';

/** What equal requests have in common, as short names. */

/**
 * The name of a picture with a given seed, for every caller and dialect. It is made of all that determines the picture:
 * not of its delivery or of previews, but of a caller's own token, which may be the only way to the engine.
 */
export const toPictureName = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  `picture:${toName({ picture: toPicture(draft), credentials })}`;

/** The name of a picture with a random seed: of one client, or of everybody who fetches an address. */
export const toRetryName = (asker: string, draft: RequestDraft, credentials: Credentials | undefined): string =>
  `retry:${toName({ asker, picture: toPicture(draft), deliver: draft.deliver, credentials })}`;

export const toIdempotencyName = (clientId: string, key: string): string => `idempotency:${toName({ clientId, key })}`;

/** A key that was used for one request may be used again for one of the same fingerprint. */
export const toFingerprint = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  toName({ picture: toPicture(draft), seed: draft.seed, deliver: draft.deliver, credentials });

/** Most dialects fill these in when the caller leaves them out, so that they count as left out. */
const USUAL = { guidanceScale: 7, shape: 'square' } as const;

function toPicture(draft: RequestDraft): object {
  const { previews: _previews, deliver: _deliver, ...picture } = draft;
  const shape = draft.width === undefined ? (draft.shape ?? USUAL.shape) : undefined;
  return { ...picture, shape, guidanceScale: draft.guidanceScale ?? USUAL.guidanceScale, seedGiven: undefined };
}

const toName = (value: object): string => hash('sha256', JSON.stringify(inOrder(value)), 'base64url').slice(0, 32);

/** With the keys of all records in order, so that equal values are equal texts. Unset ones do not reach the text. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder((value as Record<string, unknown>)[name])]));
}
