import { createCover, type Span } from '../text/spans.ts';
import { createTermIndex } from '../text/term-index.ts';
import { createLinearPattern, type LinearPattern } from './linear-pattern.ts';
import type { PolicyRule } from './policy-rules.ts';

/** A pattern reads at most this much of a text, so that its time is limited. Prompts are shorter. */
const MAX_PATTERN_CHARACTERS = 40_000;

const groupName = (index: number): string => `group ${index}`;

/** Returns a function that says whether the rule refuses a folded text. */
export function compileRule({ words, all = [], pattern, allow }: PolicyRule): (folded: string) => boolean {
  const groups = all.map((terms, index) => [groupName(index), terms] as const);
  const index = createTermIndex<string>({
    terms: Object.fromEntries([['words', words ?? []], ['allowed', allow ?? []], ...groups]),
    innocent: 'allowed',
  });
  const expression = pattern === undefined ? undefined : createLinearPattern(pattern);

  return (folded) => {
    const { matches, innocent } = index.find(folded);
    const kinds = new Set(matches.map((match) => match.kind));
    if (kinds.has('words')) return true;
    if (groups.length > 0 && groups.every(([name]) => kinds.has(name))) return true;
    return expression !== undefined && findsOutside(folded.slice(0, MAX_PATTERN_CHARACTERS), expression, innocent);
  };
}

function findsOutside(text: string, expression: LinearPattern, allowed: readonly Span[]): boolean {
  const phraseAround = createCover(allowed);
  for (const found of expression.find(text)) {
    if (phraseAround(found) === undefined) return true;
  }
  return false;
}
