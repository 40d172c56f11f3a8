import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { createPromptPolicy } from '../../api/policy/prompt-policy.ts';
import { HOSTILE_TEXTS } from '../api/policy/hostile-texts.ts';

/** Persons by ages, signs that normalisation writes out, items of many words: each once cost the square of the length. */
const MORE_TEXTS = [
  'girl 25 ',
  'girl, 25 ',
  '\ufdfa',
  'nude ',
  '1girl ',
  'naked eye nude ',
  'boy is 20 years old ',
  'a|b|',
  '12살',
];
const SHORT = 8000;
/** As long as a prompt may be. */
const LONG = 32_000;
/** The compiler and the garbage collector work beside it. */
const SLACK_MS = 150;

const fill = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** Milliseconds of processor time: other programs on the machine do not count. */
function timeOf(check: () => void): number {
  const start = process.cpuUsage();
  try {
    check();
  } catch {
    // A refusal takes as long as it takes.
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

test('the policy takes time in proportion to the text, whatever stands in it', () => {
  for (const text of [...HOSTILE_TEXTS, ...MORE_TEXTS]) {
    const check = createPromptPolicy({ rules: [] });
    const run = (length: number): number => {
      const long = fill(text, length);
      return timeOf(() => check({ prompt: `a girl, ${long}`, negativePrompt: long }));
    };
    const short = run(SHORT);
    const long = run(LONG);
    ok(long < (LONG / SHORT) * 2 * short + SLACK_MS, `${JSON.stringify(text)}: ${short} ms, then ${long} ms`);
  }
});
