import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../../../worker/browser/pool/turns.ts';

const PATIENT = new AbortController().signal;

test('turns of one name are taken in order, one at a time; other names do not wait', async () => {
  const take = createTurns();
  const order: string[] = [];
  const first = await take('a', PATIENT);
  const second = take('a', PATIENT).then((handOn) => {
    order.push('second');
    handOn();
  });
  const third = take('a', PATIENT).then(() => order.push('third'));
  await take('b', PATIENT);
  order.push('other');
  first();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['other', 'second', 'third']);
});

test('who gives up waiting does not hold the others up', async () => {
  const take = createTurns();
  const first = await take('a', PATIENT);
  const impatient = new AbortController();
  const second = take('a', impatient.signal);
  const third = take('a', PATIENT);
  impatient.abort(new Error('enough'));
  await assert.rejects(second, /enough/);
  first();
  (await third)();
});
