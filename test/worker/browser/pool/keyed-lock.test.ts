import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyedLock } from '../../../../worker/browser/pool/keyed-lock.ts';

const PATIENT = new AbortController().signal;

test('holders of one lock follow each other in order; locks of other names do not wait', async () => {
  const take = createKeyedLock();
  const order: string[] = [];
  const first = await take('a', PATIENT);
  const second = take('a', PATIENT).then((unlock) => {
    order.push('second');
    unlock();
  });
  const third = take('a', PATIENT).then(() => order.push('third'));
  await take('b', PATIENT);
  order.push('other');
  first();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['other', 'second', 'third']);
});

test('a caller that gives up waiting does not delay the others', async () => {
  const take = createKeyedLock();
  const first = await take('a', PATIENT);
  const impatient = new AbortController();
  const second = take('a', impatient.signal);
  const third = take('a', PATIENT);
  impatient.abort(new Error('enough'));
  await assert.rejects(second, /enough/);
  first();
  (await third)();
});
