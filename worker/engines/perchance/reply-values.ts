import { MAX_SEED } from '../../../shared/contract/generation.ts';

/** Pages and services are not trusted: only values of the right form are used. */

/** Undefined if no request could have had this value. */
export function toSeed(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_SEED ? Number(value) : undefined;
}

/** The last part of an address, as far as it may stand in a log and in a progress event. */
export function toWord(text: string | undefined): string {
  return (text ?? '').replace(/[^\w-]/g, '').slice(0, 64);
}
