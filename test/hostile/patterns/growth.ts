import { type AttackText, createAttackTexts, toText } from './attack-texts.ts';

/**
 * 24 characters show a pattern whose time is exponential, 1,000 one that is cubic, and 32,000 one that is quadratic (half
 * a second). A linear pattern takes a few milliseconds at most.
 */
const LENGTHS = [24, 1000, 8000, 32_000];
const MAX_MS = 40;
/** A pattern is slow only when every try is slow, because another process may delay a single one. */
const TRIES = 3;

/** The text on which a pattern takes more than linear time, or undefined. */
export function findSlowText(source: string, flags: string): string | undefined {
  const pattern = new RegExp(source, flags);
  for (const attack of createAttackTexts(source, flags)) {
    const length = LENGTHS.find((characters) => isSlow(pattern, toText(attack, characters)));
    if (length !== undefined) return describe(attack, length);
  }
  return undefined;
}

function isSlow(pattern: RegExp, text: string): boolean {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const start = performance.now();
    if (pattern.global) text.replace(pattern, '');
    else pattern.test(text);
    if (performance.now() - start < MAX_MS) return false;
  }
  return true;
}

const describe = ({ prefix, pump, tail }: AttackText, length: number): string =>
  `${JSON.stringify(prefix)} + ${JSON.stringify(pump)} repeated to ${length} characters + ${JSON.stringify(tail)}`;
