import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveFreeDay } from './free-day.ts';

const WAIT_BUDGET_MS = 85_000;
const REQUESTS = 60;

test('without any key, nearly every picture of a day is made by a model, and nobody waits beyond the budget', async () => {
  const { shares, failures, longestMs } = await liveFreeDay(REQUESTS);
  assert.equal(failures, 0);
  const { gradio = 0, horde = 0 } = shares;
  assert.ok(gradio + horde >= 0.99 * REQUESTS, JSON.stringify(shares));
  assert.equal(gradio, 30, 'the free GPU time of a day is used up, and not asked for beyond that');
  assert.ok(longestMs <= WAIT_BUDGET_MS, `${longestMs} ms`);
});
