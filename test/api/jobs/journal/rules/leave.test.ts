import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decideAbandoned,
  decideLeave,
  decideNewest,
  decideRelease,
} from '../../../../../api/jobs/journal/rules/leave.ts';
import {
  endedRunExpiresAt,
  isRemembered,
  LONGEST_WAIT_MS,
  recordLifeMs,
} from '../../../../../api/jobs/journal/rules/life.ts';
import { done, NOW, record, run } from './records.ts';

test('the decision on a job whose caller has gone', () => {
  const [fetch, patient] = [{ isFetch: true }, { comesBack: true }];
  const cases = [
    // the ticket, status, gone for ms
    [{}, 'queued', 0, 60_000],
    [{}, 'queued', 59_000, 1000],
    [{}, 'queued', 60_000, 'release'],
    [{}, 'running', 0, 3000],
    [{}, 'running', 3000, 'release'],
    [{}, 'storing', 2000, 1000],
    [{}, 'done', 99_000, 'keep'],
    [{}, 'failed', 99_000, 'keep'],
    [fetch, 'queued', 1000, 59_000],
    [fetch, 'queued', 60_000, 'release'],
    [fetch, 'running', 99_000, 'keep'],
    [fetch, 'storing', 99_000, 'keep'],
    [patient, 'queued', 99_000, 'keep'],
    [patient, 'running', 99_000, 'keep'],
    [{ released: true }, 'queued', 99_000, 'keep'],
  ] as const;
  for (const [ticket, status, goneForMs, expected] of cases) {
    const what = `${JSON.stringify(ticket)} ${status} ${goneForMs}`;
    assert.equal(decideAbandoned(record({ ticket, run: { status } }), goneForMs), expected, what);
  }
});

test('a caller that leaves no longer attends its run; one that will come back is noted', () => {
  const gone = decideLeave(record(), false);
  assert.deepEqual([gone.run.attendedBy, gone.ticket.comesBack], ['', false]);
  assert.equal(decideLeave(record(), true).ticket.comesBack, true);
  assert.equal(decideLeave(record({ ticket: { comesBack: true } }), false).ticket.comesBack, true, 'once is enough');
  const others = decideLeave(record({ run: { attendedBy: 'retry' } }), false);
  assert.equal(others.run.attendedBy, 'retry', 'somebody else is on the line');
});

test('the run is cancelled with the last of its jobs', () => {
  assert.equal(decideRelease(record(), 1), 'runCancelled');
  assert.equal(decideRelease(record(), 2), 'released');
  assert.equal(decideRelease(record({ run: { status: 'done' } }), 1), 'released');
  assert.equal(decideRelease(record({ ticket: { released: true } }), 1), 'nothing');
});

test('the newest job is the first that goes on', () => {
  const [over, givenUp, open] = [
    record({ run: { status: 'done' } }),
    record({ ticket: { released: true } }),
    record({ ticket: { key: 'open' } }),
  ];
  assert.equal(decideNewest([over, givenUp, open, record()])?.ticket.key, 'open');
  assert.equal(decideNewest([over, givenUp]), undefined);
});

test('how long records live', () => {
  assert.equal(endedRunExpiresAt(run({ rememberUntil: NOW + 50 }), NOW, 10), NOW + 50);
  assert.equal(endedRunExpiresAt(run({ rememberUntil: NOW + 5 }), NOW, 10), NOW + 10);
  assert.equal(endedRunExpiresAt(run(), NOW, 10), NOW + 10);
  assert.ok(recordLifeMs(10, 0) > LONGEST_WAIT_MS + 10, 'longer than the longest wait and the keeping');
  assert.ok(recordLifeMs(10, 7 * LONGEST_WAIT_MS) > 8 * LONGEST_WAIT_MS, 'and than the remembering');
  assert.equal(isRemembered(done(), NOW), true);
  assert.equal(isRemembered(done({ rememberUntil: NOW }), NOW), false);
  assert.equal(isRemembered(run({ rememberUntil: NOW + 1 }), NOW), false);
});
