import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunCache } from '../../../../api/jobs/journal/sqlite/run-cache.ts';
import { toOrder } from '../orders.ts';

test('ended runs in memory are bounded by their size, and the oldest go', () => {
  const cache = createRunCache(100);
  const runs = [1, 2, 3].map((number) => ({ ...toOrder(0).run, id: `${number}` }));
  for (const run of runs) cache.set(run, 40);
  assert.deepEqual(
    runs.map(({ id }) => cache.get(id)?.id),
    [undefined, '2', '3'],
  );
  cache.set({ ...toOrder(0).run, id: 'huge' }, 101);
  assert.equal(cache.get('huge'), undefined, 'more than all');
  cache.drop('3');
  cache.set({ ...toOrder(0).run, id: 'last' }, 100);
  assert.equal(cache.get('last')?.id, 'last');
});
