import { splitMark } from './readings.ts';

interface SplitOptions {
  /** Skip unknown letters between the words. */
  readonly gaps: boolean;
  readonly knows: (word: string) => boolean;
}

const MIN_WORD = 3;
/** Among unknown letters, a word of three letters may be chance. */
const MIN_WORD_AMONG_GAPS = 4;
const MAX_WORD = 20;

/** The known words that make up one of the readings, or none. Takes time linear in the length of the reading. */
export function splitWord(readings: readonly string[], { gaps, knows }: SplitOptions): string[] {
  for (const reading of readings) {
    const [mark, letters] = splitMark(reading);
    const isKnown = (start: number, end: number) => knows(mark + letters.slice(start, end));
    const spans = gaps ? findAmongGaps(letters.length, isKnown) : cover(letters.length, isKnown);
    if (spans.length > 0) return spans.map(([start, end]) => mark + letters.slice(start, end));
  }
  return [];
}

type Span = readonly [start: number, end: number];
type IsKnown = (start: number, end: number) => boolean;

function findAmongGaps(length: number, isKnown: IsKnown): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < length; start += 1) {
    const longest = Math.min(start + MAX_WORD, length);
    for (let end = longest; end >= start + MIN_WORD_AMONG_GAPS; end -= 1) {
      if (!isKnown(start, end)) continue;
      spans.push([start, end]);
      start = end - 1;
      break;
    }
  }
  return spans;
}

/** At least two known words that cover every letter. */
function cover(length: number, isKnown: IsKnown): Span[] {
  /** Keyed by offset: the last word of a cover of all letters before it. */
  const lastWords = new Map<number, Span | undefined>([[0, undefined]]);
  for (let end = MIN_WORD; end <= length; end += 1) {
    for (let start = Math.max(0, end - MAX_WORD); start <= end - MIN_WORD; start += 1) {
      const isWhole = start === 0 && end === length;
      if (!lastWords.has(start) || isWhole || !isKnown(start, end)) continue;
      lastWords.set(end, [start, end]);
      break;
    }
  }
  const spans: Span[] = [];
  for (let span = lastWords.get(length); span !== undefined; span = lastWords.get(span[0])) spans.unshift(span);
  return spans;
}
