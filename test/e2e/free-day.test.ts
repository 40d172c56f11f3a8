import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveFreeDay } from './free-day.ts';

const REQUESTS = 36;
const RATE = 50;
/** Half a second of a busy machine, on the clock of that day. */
const SLACK_MS = 25_000;

test('without any key, nearly every picture of a day is made by a model, and no caller is held longer than the budget', async () => {
  const day = await liveFreeDay(REQUESTS, RATE);
  const { gradio = 0, horde = 0 } = day.shares;
  const printed = JSON.stringify(day);
  assert.equal(day.failures, 0, printed);
  assert.ok(gradio + horde >= 0.99 * REQUESTS, printed);
  assert.equal(gradio, 30, 'the free GPU time of a day is used up, and then no longer asked for');
  assert.ok(day.visits > 0 && day.challenges > day.visits, printed);
  assert.ok(day.handedOver > 0, 'a caller with a short budget is answered 202 and finds the picture later');
  assert.ok(day.longestBeyondMs <= SLACK_MS, printed);
});
