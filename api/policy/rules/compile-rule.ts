import { createTermIndex, type Match } from '../text/term-index.ts';
import type { PolicyRule } from './policy-rules.ts';

/** A pattern sees no more of a text than this, so that its time is bounded. */
const MAX_PATTERN_CHARACTERS = 4000;

const groupName = (index: number): string => `group ${index}`;

/** A test on folded text that says whether the rule refuses it. */
export function compileRule({ words, all = [], pattern, allow }: PolicyRule): (folded: string) => boolean {
  const groups = all.map((terms, index) => [groupName(index), terms] as const);
  const index = createTermIndex<string>({
    terms: Object.fromEntries([['words', words ?? []], ['allowed', allow ?? []], ...groups]),
    innocent: 'allowed',
  });
  const expression = pattern === undefined ? undefined : new RegExp(pattern, 'giu');

  return (folded) => {
    const { matches, innocent } = index.find(folded);
    const kinds = new Set(matches.map((match) => match.kind));
    if (kinds.has('words')) return true;
    if (groups.length > 0 && groups.every(([name]) => kinds.has(name))) return true;
    return expression !== undefined && findsOutside(folded.slice(0, MAX_PATTERN_CHARACTERS), expression, innocent);
  };
}

function findsOutside(text: string, expression: RegExp, allowed: readonly Match<string>[]): boolean {
  for (const { 0: found, index } of text.matchAll(expression)) {
    const isAllowed = allowed.some(({ start, end }) => start <= index && index + found.length <= end);
    if (!isAllowed) return true;
  }
  return false;
}
