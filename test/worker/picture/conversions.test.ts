import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConversions } from '../../../worker/picture/conversions.ts';

const LARGE = 2048 * 2048;
const signal = new AbortController().signal;

test('large pictures are converted one at a time, even after a failure, and small ones do not wait', async () => {
  const conversions = createConversions();
  const begun: string[] = [];
  const held = Promise.withResolvers<string>();
  const convert =
    (name: string, end: Promise<string> = Promise.resolve(name)) =>
    () => {
      begun.push(name);
      return end;
    };
  const first = conversions.run(LARGE, convert('first', held.promise), signal);
  const second = conversions.run(LARGE, convert('second'), signal);
  const third = conversions.run(LARGE, convert('third'), signal);
  assert.equal(await conversions.run(1024 * 1024, convert('small'), signal), 'small');
  assert.deepEqual(begun.toSorted(), ['first', 'small']);
  held.reject(new Error('broken'));
  await assert.rejects(first, /broken/);
  assert.deepEqual(await Promise.all([second, third]), ['second', 'third']);
  assert.deepEqual(begun.slice(2), ['second', 'third']);
});

test('the picture of a job that is cancelled while it waits is not converted, and the next one is', async () => {
  const conversions = createConversions();
  const held = Promise.withResolvers<string>();
  const left = new AbortController();
  const first = conversions.run(LARGE, () => held.promise, signal);
  const second = conversions.run(LARGE, () => Promise.reject(new Error('it was converted')), left.signal);
  const third = conversions.run(LARGE, async () => 'third', signal);
  left.abort();
  held.resolve('first');
  await assert.rejects(second, { code: 'cancelled' });
  assert.deepEqual([await first, await third], ['first', 'third']);
});
