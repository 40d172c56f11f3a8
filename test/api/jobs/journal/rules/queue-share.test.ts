import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_QUEUE, isAdmitted, nextTurn } from '../../../../../api/jobs/journal/rules/queue-share.ts';
import { costOf } from '../../../../../shared/queue/room.ts';

test('work is counted in pictures of a megapixel', () => {
  const cases = [
    [{ count: 1 }, 1],
    [{ count: 3 }, 3],
    [{ count: 1, width: 1024, height: 1024 }, 1],
    [{ count: 1, width: 1025, height: 1024 }, 2],
    [{ count: 4, width: 2048, height: 2048 }, 16],
    [{ count: 2, width: 64, height: 64 }, 2],
  ] as const;
  for (const [request, cost] of cases) assert.equal(costOf(request), cost, JSON.stringify(request));
});

test('one client may take all places, and several get equal shares', () => {
  const cases = [
    // cost, maxWaiting, clients, ownCost
    [1, 10, 0, 0, true],
    [1, 10, 1, 9, true],
    [1, 10, 1, 10, false],
    [2, 10, 1, 9, false],
    [1, 10, 1, 0, true],
    [1, 10, 2, 4, true],
    [1, 10, 2, 5, false],
    [1, 10, 9, 0, true],
    [1, 10, 10, 0, false],
    [40, 10, 0, 0, true],
    [40, 10, 3, 0, true],
    [1, 0, 0, 0, false],
  ] as const;
  for (const [cost, maxWaiting, clients, ownCost, expected] of cases) {
    const facts = { ...EMPTY_QUEUE, clients, ownCost };
    assert.equal(isAdmitted(cost, maxWaiting, facts), expected, `${cost} of ${maxWaiting}, ${clients}, ${ownCost}`);
  }
});

test('a client that fills its share leaves room for many others, but not for any number', () => {
  const waiting = new Map<string, number>();
  const send = (clientId: string, cost: number): boolean => {
    const ownCost = waiting.get(clientId) ?? 0;
    const isIn = isAdmitted(cost, 100, { ...EMPTY_QUEUE, clients: waiting.size, ownCost });
    if (isIn) waiting.set(clientId, ownCost + cost);
    return isIn;
  };
  for (let sent = 0; sent < 50; sent += 1) send('greedy', 16);
  assert.equal(waiting.get('greedy'), 96);
  assert.ok(send('modest', 1));
  for (let client = 0; client < 1000; client += 1) while (send(`client ${client}`, 1));
  const total = [...waiting.values()].reduce((sum, cost) => sum + cost, 0);
  assert.ok(total < 6 * 100, `${total}`);
});

test('a run joins at the queue’s present position, or after the last of its line', () => {
  assert.equal(nextTurn(EMPTY_QUEUE), 0);
  assert.equal(nextTurn({ ...EMPTY_QUEUE, lastPlace: 5, servedTurn: 2 }), 5);
  assert.equal(nextTurn({ ...EMPTY_QUEUE, lastPlace: 2, servedTurn: 5 }), 5);
});
