import { type AttackText, createAttackTexts, toText } from './attack-texts.ts';

/**
 * At 24 characters a pattern that doubles its work with each one is seen, at 1,000 a cubic one, at 32,000 a quadratic
 * one (half a second). What grows with the length alone takes a few milliseconds at most.
 */
const LENGTHS = [24, 1000, 8000, 32_000];
const MAX_MS = 40;
/** Another process may have had the processor: only what is slow every time is slow. */
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
