import { createCover } from './text/spans.ts';
import type { Match, TermIndex } from './text/term-index.ts';
import { toTokens } from './text/tokens.ts';
import type { TermKind } from './vocabulary/terms.ts';

/** What a negative prompt asks for by excluding the opposite. */
export interface Contraries {
  readonly undresses: boolean;
  /** The negative prompt excludes adults. */
  readonly excludesAdults: boolean;
  /** The negative prompt excludes a grown-up look. About a man or woman, that may mean a younger adult. */
  readonly excludesMaturity: boolean;
}

const ITEMS = /[,;|\n、。]+|\.\s/;
const FILLERS = new Set('wearing wears in any all some the her his their and or with fully being'.split(' '));
const GROUPS: readonly (readonly TermKind[])[] = [
  ['clothes', 'outerGarment', 'underGarment'],
  ['adulthood', 'maturity'],
];
const MIN_OUTER_GARMENTS = 2;

/**
 * Reads the negative prompt item by item. Only an item that names nothing else counts: `clothes` removes the clothes,
 * `torn clothes` does not. Underwear or swimwear beside words such as nudity is protective; alone it is not.
 */
export function findContraries(foldedUnwanted: string, index: TermIndex<TermKind>): Contraries {
  const counts = new Map<TermKind, number>();
  let isProtective = false;
  for (const item of foldedUnwanted.split(ITEMS)) {
    const { matches } = index.find(item);
    isProtective ||= matches.some(({ kind }) => kind === 'explicit');
    for (const group of GROUPS) {
      for (const kind of soleKinds(item, matches, group)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  const undressesBelow = counts.has('underGarment') && !isProtective;
  const undressesAbove = (counts.get('outerGarment') ?? 0) >= MIN_OUTER_GARMENTS;
  return {
    undresses: counts.has('clothes') || undressesBelow || undressesAbove,
    excludesAdults: counts.has('adulthood'),
    excludesMaturity: counts.has('maturity'),
  };
}

/** The kind of each word of the item within the group. Empty if one of the words is about something else. */
function soleKinds(item: string, matches: readonly Match<TermKind>[], group: readonly TermKind[]): TermKind[] {
  const words = toTokens(item).filter(({ text }) => !FILLERS.has(text));
  const matchAround = createCover(matches.filter(({ kind }) => group.includes(kind)));
  const kinds = words.map((word) => matchAround(word)?.kind);
  return kinds.every((kind) => kind !== undefined) ? kinds : [];
}
