import { hash } from 'node:crypto';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import type { RequestDraft } from '../job.ts';

/** Short names that equal requests share. */

/**
 * The name of a picture with a given seed, for every caller and dialect. It depends on everything that determines the
 * picture, also on a caller's own token, which may be required for the engine, but not on delivery and previews.
 */
export const toPictureName = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  `picture:${toName({ picture: toPicture(draft), credentials })}`;

/** The name of a picture with a random seed: of one client, or of everybody who fetches an address. */
export const toRetryName = (asker: string, draft: RequestDraft, credentials: Credentials | undefined): string =>
  `retry:${toName({ asker, picture: toPicture(draft), deliver: draft.deliver, credentials })}`;

export const toIdempotencyName = (clientId: string, key: string): string => `idempotency:${toName({ clientId, key })}`;

/** An idempotency key may be used again only for a request with the same fingerprint. */
export const toFingerprint = (draft: RequestDraft, credentials: Credentials | undefined): string =>
  toName({ picture: toPicture(draft), seed: draft.seed, deliver: draft.deliver, credentials });

/** Most dialects set these defaults when the caller gives no value, so that they count as not given. */
const USUAL = { guidanceScale: 7, shape: 'square' } as const;

function toPicture(draft: RequestDraft): object {
  const { previews: _previews, deliver: _deliver, ...picture } = draft;
  const shape = draft.width === undefined ? (draft.shape ?? USUAL.shape) : undefined;
  return { ...picture, shape, guidanceScale: draft.guidanceScale ?? USUAL.guidanceScale, seedGiven: undefined };
}

const toName = (value: object): string => hash('sha256', JSON.stringify(inOrder(value)), 'base64url').slice(0, 32);

/** Sorts the keys of all objects, so that equal values become equal texts. JSON drops undefined ones. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder((value as Record<string, unknown>)[name])]));
}
