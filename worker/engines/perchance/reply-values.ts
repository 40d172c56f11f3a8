import { MAX_SEED } from '../../../shared/contract/generation.ts';

/** What a page or its service says is anybody's word: only what has the right form is taken over. */

/** `undefined` where it is none that a request could have had. */
export function toSeed(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_SEED ? Number(value) : undefined;
}

/** The last part of an address, as far as it may stand in a log and in a progress event. */
export function toWord(text: string | undefined): string {
  return (text ?? '').replace(/[^\w-]/g, '').slice(0, 64);
}
