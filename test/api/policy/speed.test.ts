import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HARMLESS_PROMPTS } from './harmless-prompts.ts';
import { refuses } from './refuses.ts';

const LENGTH = 2000;
/** Far above the measured 1 ms, so that a busy machine stays green; a quadratic walk takes seconds. */
const MAX_MS = 60;

const fill = (text: string) => text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH);

const HOSTILE = [
  'a',
  'a ',
  'a.',
  '1',
  '1 ',
  '12 year ',
  '!',
  '(',
  '*',
  'n*',
  ',',
  '裸',
  'ｎ',
  'nude ',
  'child ',
  'little ',
  'naked eye ',
  'kidkid',
  'no no ',
  '\u0301',
  '\u200b',
  '👧',
  'é',
  'я',
  'ロ',
  'sexsexse',
  '@',
  'y o ',
  'clothes,',
  'adult,',
  'teeeen',
  'without any ',
];

function bestOf(runs: number, prompt: string): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    refuses({ prompt, negativePrompt: prompt });
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('2,000 characters of anything take a few milliseconds', () => {
  const slow = HOSTILE.map((text) => ({ text, ms: bestOf(5, fill(text)) })).filter(({ ms }) => ms > MAX_MS);
  assert.deepEqual(slow, []);
});

test('2,000 characters of everyday prompts take a few milliseconds', () => {
  assert.ok(bestOf(5, fill(HARMLESS_PROMPTS.join(', '))) < MAX_MS);
});
