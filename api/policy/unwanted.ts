import type { TermIndex } from './text/term-index.ts';
import { toTokens } from './text/tokens.ts';
import type { TermKind } from './vocabulary/terms.ts';

/** What a negative prompt asks for by naming its contrary. */
export interface Contraries {
  readonly undresses: boolean;
  /** Adults are unwished for. */
  readonly excludesAdults: boolean;
  /** The grown-up look is unwished for; of a man or woman that may be a wish for a younger adult. */
  readonly excludesMaturity: boolean;
}

const SEGMENTS = /[,;|\n.、。]+/;
const WEIGHT = /^\d+$/;
const FILLERS = new Set('wearing wears in any all some the her his their and or with fully being'.split(' '));
const MIN_OUTER_GARMENTS = 2;

/**
 * Reads the negative prompt item by item. Only an item that names nothing else counts: `clothes` takes the clothes off,
 * `torn clothes` does not. Underwear or swimwear is meant protectively beside words such as nudity, alone it is not.
 */
export function findContraries(foldedUnwanted: string, index: TermIndex<TermKind>): Contraries {
  const alone = new Map<TermKind, number>();
  let isProtective = false;
  for (const segment of foldedUnwanted.split(SEGMENTS)) {
    const { matches } = index.find(segment);
    isProtective ||= matches.some(({ kind }) => kind === 'explicit');
    const words = toTokens(segment).filter(({ text }) => !FILLERS.has(text) && !WEIGHT.test(text));
    const covers = (kind: TermKind) =>
      words.length > 0 &&
      words.every(({ start, end }) =>
        matches.some((match) => match.kind === kind && match.start <= start && end <= match.end),
      );
    for (const kind of new Set(matches.map((match) => match.kind))) {
      if (covers(kind)) alone.set(kind, (alone.get(kind) ?? 0) + words.length);
    }
  }
  const hasLoneUnderGarment = alone.has('underGarment') && !isProtective;
  return {
    undresses: alone.has('clothes') || hasLoneUnderGarment || (alone.get('outerGarment') ?? 0) >= MIN_OUTER_GARMENTS,
    excludesAdults: alone.has('adulthood'),
    excludesMaturity: alone.has('maturity'),
  };
}
