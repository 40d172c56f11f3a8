import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunQueue } from '../../../../api/dispatch/direct/run-queue.ts';

const run = (id: string, turn: number, createdAt = 1) => ({ id, turn, createdAt, cost: 1, clientId: 'c' });

const takeAll = (queue: ReturnType<typeof createRunQueue>): string[] => {
  const taken: string[] = [];
  const take = () => queue.take(() => true);
  for (let next = take(); next !== undefined; next = take()) taken.push(next.id);
  return taken;
};

test('the smallest turn comes first, then the oldest run, and positions say so', () => {
  const queue = createRunQueue();
  for (const turn of [1, 2, 3, 4]) queue.push(run(`a${turn}`, turn, turn));
  queue.push(run('b1', 1, 5));
  queue.push(run('c1', 1, 6));
  queue.push(run('b2', 2, 7));
  const expected = ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'];
  assert.deepEqual(
    expected.map((id) => queue.position(id)),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual(takeAll(queue), expected);
  assert.equal(queue.size, 0);
});

test('a run that nobody attends comes after all others, until somebody does', () => {
  const queue = createRunQueue();
  for (const id of ['a', 'b', 'c']) queue.push(run(id, 1));
  queue.attend('a', false);
  queue.attend('b', false);
  assert.deepEqual(queue.ids(), ['c', 'a', 'b']);
  queue.attend('a', true);
  queue.attend('gone', true);
  assert.equal(queue.remove('b'), true);
  assert.deepEqual(takeAll(queue), ['a', 'c']);
});

test('a run that is removed or pushed twice counts once', () => {
  const queue = createRunQueue();
  queue.push(run('a', 1));
  queue.push(run('a', 1));
  queue.push(run('b', 2));
  assert.equal(queue.remove('a'), true);
  assert.equal(queue.remove('a'), false);
  assert.equal(queue.position('a'), undefined);
  assert.deepEqual(takeAll(queue), ['b']);
});
