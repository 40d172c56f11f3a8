import { test } from 'node:test';
import { fill, HOSTILE_TEXTS } from './hostile-texts.ts';
import { refuses } from './refuses.ts';

/** `npm run bench -- policy` measures the time. This test only notices a matcher that does not end. */
test('no text of 32,000 characters keeps the matcher busy for ever', { timeout: 60_000 }, () => {
  for (const text of HOSTILE_TEXTS) refuses({ prompt: fill(text), negativePrompt: fill(text) });
});
