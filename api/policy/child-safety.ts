import { type Age, findAges, isMinorAge } from './ages.ts';
import type { RequestedText } from './requested-text.ts';
import { foldText } from './text/fold.ts';
import { countBelow } from './text/spans.ts';
import { createTermIndex, type Match } from './text/term-index.ts';
import { findContraries } from './unwanted.ts';
import type { TermKind } from './vocabulary/terms.ts';
import { allTerms } from './vocabulary/vocabulary.ts';

/** Text between an adult's age and the word for the same person: nothing, or one word that is not about a second person. */
const SAME_PERSON = /^[\s_-]*(?!(?:and|or|with|man|woman|guy|male|female)\b)(?:\p{L}+[\s_-]+)?$/u;

/** Any such word is shorter. */
const MAX_BETWEEN = 60;

/**
 * Whether a request asks for sexual content about minors: a person under 18 together with anything sexual, or a person
 * of unknown age together with explicit content. A caller who means an adult can say so: woman, man, an age.
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

/** Whether a person is called girl or boy (as adults are, too) and the text gives that person no adult age. */
function isAgeOpen(folded: string, matches: readonly Match<TermKind>[], ages: readonly Age[]): boolean {
  const adults = ages.filter((age) => !isMinorAge(age));
  const ends = adults.map(({ end }) => end).sort((one, other) => one - other);
  const starts = adults.map(({ start }) => start).sort((one, other) => one - other);
  const isSamePerson = (from: number | undefined, to: number | undefined) =>
    from !== undefined && to !== undefined && to - from <= MAX_BETWEEN && SAME_PERSON.test(folded.slice(from, to));
  // Only the nearest age counts, because all others have it between them and the person.
  const isAdult = (person: Match<TermKind>) =>
    isSamePerson(ends[countBelow(ends.length, (index) => (ends[index] ?? 0) <= person.start) - 1], person.start) ||
    isSamePerson(person.end, starts[countBelow(starts.length, (index) => (starts[index] ?? 0) < person.end)]);
  return matches.some((match) => match.kind === 'maybeMinor' && !isAdult(match));
}
