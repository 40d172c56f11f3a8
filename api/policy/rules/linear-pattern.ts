import { RE2JS } from 're2js';

/**
 * The operator's patterns run on RE2: its time grows with the text alone, whatever the pattern, where the language's
 * own engine may try every way to match. Look-around and back references are what it cannot do.
 */

/** Of the compiled pattern: at worst each character of a text costs one step for each of them. */
const MAX_INSTRUCTIONS = 1000;

export interface LinearPattern {
  /** Offsets of every match, from left to right; none overlaps another. */
  find(text: string): Generator<{ readonly start: number; readonly end: number }>;
}

/** Case does not matter. Throws SyntaxError that says what is wrong, also for a pattern that is too large. */
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
