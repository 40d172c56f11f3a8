import { type Age, findAges, isMinorAge } from './ages.ts';
import type { RequestedText } from './requested-text.ts';
import { foldText } from './text/fold.ts';
import { countBelow } from './text/spans.ts';
import { createTermIndex, type Match } from './text/term-index.ts';
import { findContraries } from './unwanted.ts';
import type { TermKind } from './vocabulary/terms.ts';
import { allTerms } from './vocabulary/vocabulary.ts';

/** Between an adult's age and the word for the person: nothing, or one word that is not about a second person. */
const SAME_PERSON = /^[\s_-]*(?!(?:and|or|with|man|woman|guy|male|female)\b)(?:\p{L}+[\s_-]+)?$/u;

/** Longer than any such word. */
const MAX_BETWEEN = 60;

/**
 * Whether a request asks for sexual content about minors: somebody under 18 together with anything sexual, or somebody
 * whose age is left open together with what is explicit. Whoever means an adult can say so: woman, man, an age.
 */
export function createChildSafety(): (text: RequestedText) => boolean {
  const index = createTermIndex<TermKind>({ terms: allTerms(), innocent: 'innocent' });

  return ({ wanted, unwanted }) => {
    const folded = foldText(wanted);
    const { matches, views } = index.find(folded);
    const kinds = new Set(matches.map((match) => match.kind));
    if (kinds.has('banned')) return true;
    const ages = views.flatMap((tokens) => findAges(folded, tokens));
    const isMinorNamed = kinds.has('minor') || ages.some(isMinorAge);
    const isSomebodyYoung = isMinorNamed || isAgeOpen(folded, matches, ages);
    if (!isSomebodyYoung && !kinds.has('explicit') && !kinds.has('suggestive')) return false;

    const contraries = findContraries(foldText(unwanted), index);
    const isExplicit = kinds.has('explicit') || contraries.undresses;
    const looksYoung = kinds.has('youth') || contraries.excludesMaturity;
    const isMinor = isMinorNamed || contraries.excludesAdults || (isSomebodyYoung && looksYoung);
    return isMinor ? isExplicit || kinds.has('suggestive') : isSomebodyYoung && isExplicit;
  };
}

/** Somebody is a girl or boy (which adults are called too), and the text gives that person no adult age. */
function isAgeOpen(folded: string, matches: readonly Match<TermKind>[], ages: readonly Age[]): boolean {
  const adults = ages.filter((age) => !isMinorAge(age));
  const ends = adults.map(({ end }) => end).sort((one, other) => one - other);
  const starts = adults.map(({ start }) => start).sort((one, other) => one - other);
  const isSamePerson = (from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined && to - from <= MAX_BETWEEN && SAME_PERSON.test(folded.slice(from, to));
  // Between the person and any age but the nearest stands that nearest one.
  const isAdult = (person: Match<TermKind>) =>
    isSamePerson(ends[countBelow(ends.length, (index) => (ends[index] ?? 0) <= person.start) - 1], person.start) ||
    isSamePerson(person.end, starts[countBelow(starts.length, (index) => (starts[index] ?? 0) < person.end)]);
  return matches.some((match) => match.kind === 'maybeMinor' && !isAdult(match));
}
