import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunQueue } from '../../../../api/dispatch/direct/run-queue.ts';

const run = (id: string, createdAt = 1) => ({ id, turn: 1, createdAt, cost: 1, clientId: 'c', attendedBy: id });

const takeAll = (queue: ReturnType<typeof createRunQueue>): string[] => {
  const taken: string[] = [];
  const take = () => queue.take(() => true);
  for (let next = take(); next !== undefined; next = take()) taken.push(next.id);
  return taken;
};

test('the lowest place comes first, then the oldest run, and positions follow that order', () => {
  const queue = createRunQueue();
  for (const place of [1, 2, 3, 4]) queue.push(run(`a${place}`, place), { place });
  queue.push(run('b1', 5), { place: 1 });
  queue.push(run('c1', 6), { place: 1 });
  queue.push(run('b2', 7), { place: 2 });
  const expected = ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'];
  assert.deepEqual(
    expected.map((id) => queue.position(id)),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual(takeAll(queue), expected);
  assert.equal(queue.size, 0);
});

test('a run whose caller has gone comes after all others until the caller is back', () => {
  const queue = createRunQueue();
  for (const id of ['a', 'b', 'c']) queue.push(run(id));
  queue.attend('a', 'left');
  queue.attend('b', 'left');
  assert.deepEqual(queue.ids(), ['c', 'a', 'b']);
  queue.attend('a', 'waits');
  queue.attend('gone', 'waits');
  assert.equal(queue.remove('b'), true);
  assert.deepEqual(takeAll(queue), ['a', 'c']);
});

test('a run that is removed or pushed twice counts once', () => {
  const queue = createRunQueue();
  queue.push(run('a'), { place: 1 });
  queue.push(run('a'), { place: 1 });
  queue.push(run('b'), { place: 2 });
  assert.equal(queue.remove('a'), true);
  assert.equal(queue.remove('a'), false);
  assert.equal(queue.position('a'), undefined);
  assert.deepEqual(takeAll(queue), ['b']);
});

test('a postponed run has no position, and is due after its release', () => {
  const queue = createRunQueue();
  queue.push(run('a', 1), { isResting: true });
  queue.push(run('b', 2));
  assert.deepEqual([queue.position('a'), queue.position('b'), queue.size], [undefined, 1, 2]);
  const takeDue = () => queue.take(({ postponed }) => postponed !== 'resting')?.id;
  assert.deepEqual([takeDue(), takeDue()], ['b', undefined]);
  queue.release('a');
  queue.release('gone');
  assert.deepEqual([queue.postponed().length, takeDue(), queue.size], [1, 'a', 0]);
});
