import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFairQueue } from '../../../../api/dispatch/direct/fair-queue.ts';

const takeAll = (queue: ReturnType<typeof createFairQueue>): string[] => {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next.id);
  return taken;
};

test('clients take turns, and positions say when', () => {
  const queue = createFairQueue();
  for (const id of ['a1', 'a2', 'a3', 'a4']) queue.push('a', id);
  queue.push('b', 'b1');
  queue.push('c', 'c1');
  queue.push('b', 'b2');
  const expected = ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'];
  assert.deepEqual(
    expected.map((id) => queue.position(id)),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual(takeAll(queue), expected);
  assert.equal(queue.size, 0);
});

test('what is put back comes before the rest of its client', () => {
  const queue = createFairQueue();
  queue.push('a', 'a1');
  queue.push('a', 'a2');
  const first = queue.take();
  assert.deepEqual(first, { clientId: 'a', id: 'a1' });
  queue.putBack('a', 'a1');
  assert.deepEqual(takeAll(queue), ['a1', 'a2']);
});

test('what is removed or pushed twice counts once', () => {
  const queue = createFairQueue();
  queue.push('a', 'a1');
  queue.push('a', 'a1');
  queue.push('b', 'b1');
  assert.equal(queue.remove('a1'), true);
  assert.equal(queue.remove('a1'), false);
  assert.equal(queue.position('a1'), undefined);
  assert.deepEqual(takeAll(queue), ['b1']);
});
