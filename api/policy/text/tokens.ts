import { toReadings } from './readings.ts';

/** One word of a folded text. */
export interface Token {
  readonly text: string;
  /** Offsets in the folded text. */
  readonly start: number;
  readonly end: number;
  /** Whether a comma, a full stop or a similar sign is before it. A phrase does not continue after such a sign. */
  readonly afterBreak: boolean;
  /** Every way in which the word may be read (readings.ts). */
  readonly readings: readonly string[];
}

/** Japanese changes script between words. Katakana words must stay whole, because kaRORI (calorie) contains roRI. */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}々]+|[\p{sc=Katakana}ー]+|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}々ー]]+/gv;
/** Signs that end a phrase. */
export const BREAK = /[,.;:|\n!?()[\]{}…、。]/;

export function toTokens(folded: string): Token[] {
  const tokens: Token[] = [];
  let previousEnd = 0;
  for (const { 0: text, index: start } of folded.matchAll(WORD)) {
    const afterBreak = previousEnd === 0 || BREAK.test(folded.slice(previousEnd, start));
    previousEnd = start + text.length;
    tokens.push({ text, start, end: previousEnd, afterBreak, readings: toReadings(text) });
  }
  return tokens;
}
