import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { createPromptPolicy } from '../../api/policy/prompt-policy.ts';
import { HOSTILE_TEXTS } from '../api/policy/hostile-texts.ts';

/** Texts on which the policy once took quadratic time: ages of persons, signs that normalisation expands, long items. */
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
/** The longest prompt. */
const LONG = 32_000;
/** For the compiler and the garbage collector, which run at the same time. */
const SLACK_MS = 150;

const fill = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** Milliseconds of processor time, which other programs on the machine do not affect. */
function timeOf(check: () => void): number {
  const start = process.cpuUsage();
  try {
    check();
  } catch {
    // A refusal counts like any other run.
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

test('the policy takes time proportional to the length of any text', () => {
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
