import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_QUEUE, nextTurn } from '../../../api/jobs/journal/rules/queue-share.ts';
import { type Attendance, LAST_PLACE, lineOf, placeOf, servedTurnOf } from '../../../shared/queue/turns.ts';

type Presence = Exclude<Attendance, 'left'>;
interface Waiting {
  readonly clientId: string;
  readonly cost: number;
  readonly turn: number;
  readonly place: number;
}

/** One worker with one slot, and the rules of the journals. */
function createQueue() {
  let waiting: Waiting[] = [];
  let servedTurn = 0;
  const lastPlaces = new Map<string, number>();
  return {
    add(clientId: string, presence: Presence, cost = 1): Waiting {
      const line = lineOf({ clientId, attendedBy: presence === 'waits' ? 'a ticket' : '' });
      const turn = nextTurn({ ...EMPTY_QUEUE, servedTurn, lastPlace: lastPlaces.get(line) ?? 0 });
      const place = placeOf({ turn, cost }, presence);
      lastPlaces.set(line, place);
      const run = { clientId, cost, turn, place };
      waiting.push(run);
      return run;
    },
    begin(): Waiting {
      const [first, ...others] = waiting.toSorted((one, other) => one.place - other.place);
      assert.ok(first !== undefined, 'something waits');
      waiting = others;
      servedTurn = Math.max(servedTurn, servedTurnOf(first));
      return first;
    },
  };
}

test('clients take turns, and a new client comes before the many runs of another', () => {
  const queue = createQueue();
  for (let run = 0; run < 50; run += 1) queue.add('greedy', 'waits');
  for (let run = 0; run < 20; run += 1) queue.begin();
  queue.add('modest', 'waits');
  queue.add('modest', 'waits');
  assert.deepEqual(
    Array.from({ length: 4 }, () => queue.begin().clientId).filter((id) => id === 'modest').length,
    2,
    'one of two from now on',
  );
});

test('as many small pictures pass a large one as it costs', () => {
  const queue = createQueue();
  queue.add('large', 'waits', 16);
  for (let run = 0; run < 30; run += 1) queue.add('small', 'waits');
  const before = Array.from({ length: 30 }, () => queue.begin().clientId).indexOf('large');
  assert.ok(before >= 15 && before <= 16, `${before}`);
});

test('a caller who waits on a connection comes before all who come back, at any time', () => {
  const queue = createQueue();
  const bots = ['b1', 'b2', 'b3', 'b4', 'b5'];
  for (const id of bots) for (let run = 0; run < 40; run += 1) queue.add(id, 'comesBack');
  for (let second = 0; second < 40; second += 1) {
    queue.add('visitor', 'waits');
    assert.equal(queue.begin().clientId, 'visitor', `in second ${second}`);
    for (let run = 0; run < 3; run += 1) queue.begin();
  }
});

test('callers who wait get eight times the work of callers who come back, when both always want more', () => {
  const queue = createQueue();
  const counts = new Map<string, number>();
  for (let run = 0; run < 200; run += 1) {
    queue.add('visitor', 'waits');
    queue.add('bot', 'comesBack');
  }
  for (let run = 0; run < 180; run += 1) {
    const { clientId } = queue.begin();
    counts.set(clientId, (counts.get(clientId) ?? 0) + 1);
  }
  const ratio = (counts.get('visitor') ?? 0) / (counts.get('bot') ?? 1);
  assert.ok(ratio > 7 && ratio < 9, `${ratio}`);
});

test('runs that a client comes back for do not delay the run that it waits for', () => {
  const queue = createQueue();
  for (let run = 0; run < 30; run += 1) queue.add('company', 'comesBack');
  queue.begin();
  const urgent = queue.add('company', 'waits');
  assert.equal(queue.begin(), urgent);
});

test('nobody waits for ever, however many new clients come', () => {
  const queue = createQueue();
  const patient = queue.add('patient', 'comesBack', 4);
  let begun = 0;
  for (let next = 0; ; next += 1) {
    for (const index of [0, 1]) queue.add(`new ${next} ${index}`, 'waits');
    const runs = [queue.begin(), queue.begin()];
    begun += runs.length;
    if (runs.includes(patient)) break;
    assert.ok(begun < 100, 'it is begun at last');
  }
  assert.ok(begun > 30, 'after many of those who wait');
});

test('a run whose caller has gone has the last place, which no place exceeds', () => {
  assert.equal(placeOf({ turn: 1, cost: 1 }, 'left'), LAST_PLACE);
  assert.equal(placeOf({ turn: LAST_PLACE, cost: 16 }, 'comesBack'), LAST_PLACE);
});
