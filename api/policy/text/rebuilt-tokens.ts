import { toReadings } from './readings.ts';
import { BREAK, type Token } from './tokens.ts';

/** Finds known words in text without spaces. With `gaps`, unknown letters between them are skipped. */
export type SplitWord = (readings: readonly string[], options: { readonly gaps: boolean }) => readonly string[];

type Chunk = Omit<Token, 'readings'>;

const CHUNK = /[^\s,;、。]+/g;
const LETTER = /[\p{L}\p{N}]/u;
const LETTERS = /[\p{L}\p{N}]/gu;
const SEPARATORS = /[^\p{L}\p{N}\p{M}*#@$€£!|+]+/gu;
/** Signs that end a sentence more often than they stand for a letter. If other signs stand for letters, both are tried. */
const LAST_SIGNS = new Set('!|+');
const STARS = new Set('*#');
const STAND_IN_SIGNS = new Set('*#@$€£!|+');
const STAND_IN = /[\d@$€£!|+]/;
const MIN_SPELLED_OUT = 3;
/** A longer run does not consist of words. */
const MAX_GLUED = 40;
const MIN_GLUED = 6;

/** The text with split words joined (`w-o-r-d`, `w o r d`, `wo(rd)`) and joined words split. */
export function toRebuiltTokens(folded: string, split: SplitWord): Token[] {
  const tokens: Token[] = [];
  const chunks = toChunks(folded);
  for (let position = 0; position < chunks.length; ) {
    const letters = countSingles(chunks, position);
    const isSpelledOut = letters >= MIN_SPELLED_OUT;
    const parts = chunks.slice(position, position + (isSpelledOut ? letters : 1));
    position += parts.length;
    const text = parts.map((part) => part.text).join('');
    const [first] = parts;
    const span = { start: first?.start ?? 0, end: parts.at(-1)?.end ?? 0, afterBreak: first?.afterBreak ?? false };
    const readings = [...toReadings(text), ...toReadings(withoutLast(text, LAST_SIGNS))];
    tokens.push({ ...span, text, readings });
    const isGlued = text.length >= MIN_GLUED && (isSpelledOut || text.length <= MAX_GLUED);
    if (!isGlued) continue;
    for (const word of split(readings, { gaps: isSpelledOut })) tokens.push({ ...span, text: word, readings: [word] });
  }
  return tokens;
}

function toChunks(folded: string): Chunk[] {
  const chunks: Chunk[] = [];
  let previousEnd = 0;
  for (const { 0: raw, index } of folded.matchAll(CHUNK)) {
    const text = toWord(raw);
    if (text === '') continue;
    const [first, last] = edgesOf(raw);
    const start = index + first;
    const end = index + last;
    chunks.push({ text, start, end, afterBreak: previousEnd === 0 || BREAK.test(folded.slice(previousEnd, start)) });
    previousEnd = end;
  }
  return chunks;
}

function toWord(raw: string): string {
  const letters = toSpelledOut(raw);
  if (letters !== undefined) return letters;
  const joined = withoutFirst(withoutLast(raw.replace(SEPARATORS, ''), STARS), STARS);
  const plain = withoutLast(joined, LAST_SIGNS);
  return joined.length === 1 || STAND_IN.test(plain) ? joined : plain;
}

/** `w|o|r|d`: the same sign between all letters separates them, although it may stand for a letter elsewhere. */
function toSpelledOut(raw: string): string | undefined {
  const sign = raw.charAt(1);
  if (raw.length < 2 * MIN_SPELLED_OUT - 1 || !STAND_IN_SIGNS.has(sign)) return undefined;
  const letters = raw.split(sign);
  return letters.every((letter) => letter.length <= 1) ? letters.join('') : undefined;
}

/** Where the first letter starts and the last one ends. The whole text if it has no letter. */
function edgesOf(raw: string): readonly [first: number, last: number] {
  const first = raw.search(LETTER);
  if (first === -1) return [0, raw.length];
  let last = first;
  for (const { 0: letter, index } of raw.matchAll(LETTERS)) last = index + letter.length;
  return [first, last];
}

/** Without a pattern, because one that ends in `$` takes quadratic time on a row of signs. */
function withoutLast(text: string, signs: ReadonlySet<string>): string {
  let end = text.length;
  while (end > 0 && signs.has(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function withoutFirst(text: string, signs: ReadonlySet<string>): string {
  let start = 0;
  while (start < text.length && signs.has(text.charAt(start))) start += 1;
  return text.slice(start);
}

function countSingles(chunks: readonly Chunk[], from: number): number {
  let position = from;
  while (chunks[position]?.text.length === 1) position += 1;
  return position - from;
}
