import { RE2JS } from 're2js';

/**
 * The operator's patterns run on RE2, whose time is linear in the text for every pattern. JavaScript's own engine may
 * need exponential time. RE2 has no look-around and no back references.
 */

/** Limit for the compiled pattern, because each character of a text may cost one step for each instruction. */
const MAX_INSTRUCTIONS = 1000;

export interface LinearPattern {
  /** Offsets of all matches from left to right, without overlaps. */
  find(text: string): Generator<{ readonly start: number; readonly end: number }>;
}

/** Ignores case. Throws a SyntaxError that says what is wrong, also for a pattern that is too large. */
export function createLinearPattern(source: string): LinearPattern {
  const compiled = compile(source);
  if (compiled.programSize() > MAX_INSTRUCTIONS) {
    throw new SyntaxError('the pattern is too large: lower its counted repetitions, or use the lists of all');
  }
  return {
    *find(text) {
      const matcher = compiled.matcher(text);
      while (matcher.find()) yield { start: matcher.start(), end: matcher.end() };
    },
  };
}

function compile(source: string): RE2JS {
  // RE2JS reads `\k<name>` as plain text instead of refusing it.
  if (source.includes('\\k<')) throw new SyntaxError('back references are not allowed');
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw new SyntaxError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
