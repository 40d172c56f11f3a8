import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { type Breaker, createBreaker, isRest, type Pass } from '../../../worker/production/breaker.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const failure = (code: ErrorCode = 'engine_failed', restMs?: number): AppError => new AppError(code, code, { restMs });

function subject() {
  const clock = createManualClock();
  return { clock, breaker: createBreaker(clock) };
}

function enter(breaker: Breaker): Pass {
  const answer = breaker.enter();
  assert.ok(!isRest(answer), 'lets the call through');
  return answer;
}

function restOf(breaker: Breaker): number {
  const answer = breaker.enter();
  assert.ok(isRest(answer), 'rests');
  return answer.restRemainingMs;
}

const failTimes = (breaker: Breaker, times: number): void => {
  for (let call = 0; call < times; call += 1) enter(breaker).fail(failure());
};

describe('breaker', () => {
  test('rests after three failures in a row, tries once, and closes when the trial succeeds', () => {
    const { clock, breaker } = subject();
    failTimes(breaker, 2);
    assert.equal(breaker.status().state, 'ready');
    failTimes(breaker, 1);
    assert.equal(restOf(breaker), 15_000);
    assert.deepEqual(breaker.status(), {
      state: 'resting',
      lastErrorCode: 'engine_failed',
      restRemainingMs: 15_000,
      successRate: 0,
      medianMs: undefined,
    });
    clock.advance(15_000);
    assert.equal(breaker.status().state, 'trying');
    const trial = enter(breaker);
    assert.equal(restOf(breaker), 0, 'only one call at a time is a trial');
    trial.succeed();
    assert.equal(breaker.status().state, 'ready');
    failTimes(breaker, 2);
    assert.equal(breaker.status().state, 'ready', 'and its failures are forgotten');
  });

  test('rests twice as long after each failed trial, up to a quarter of an hour', () => {
    const { clock, breaker } = subject();
    failTimes(breaker, 3);
    const rests: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const restMs = restOf(breaker);
      rests.push(restMs / 1000);
      clock.advance(restMs);
      failTimes(breaker, 1);
    }
    assert.deepEqual(rests, [15, 30, 60, 120, 240, 480, 900, 900, 900]);
  });

  test('a success between failures keeps it closed until too many of the calls fail', () => {
    const { breaker } = subject();
    for (let call = 0; call < 9; call += 1) {
      if (call % 2 === 0) enter(breaker).fail(failure());
      else enter(breaker).succeed();
    }
    assert.equal(breaker.status().state, 'ready');
    failTimes(breaker, 1);
    assert.equal(breaker.status().state, 'resting');
  });

  test('rests at once for as long as the service says', () => {
    const { clock, breaker } = subject();
    enter(breaker).fail(failure('engine_challenge', 600_000));
    assert.equal(restOf(breaker), 600_000);
    clock.advance(600_000);
    enter(breaker).fail(failure('engine_busy', 2000));
    assert.equal(restOf(breaker), 2000);
  });

  test('a service that seems changed rests only when a later call sees it again', () => {
    const { breaker } = subject();
    const parallel = enter(breaker);
    enter(breaker).fail(failure('engine_changed'));
    parallel.fail(failure('engine_changed'));
    assert.equal(breaker.status().state, 'ready', 'both may have met the same incident');
    enter(breaker).succeed();
    enter(breaker).fail(failure('engine_changed'));
    assert.equal(breaker.status().state, 'ready', 'a success between them clears the suspicion');
    enter(breaker).fail(failure('engine_changed'));
    assert.equal(restOf(breaker), 300_000);
  });

  test('a service that has certainly changed rests at once', () => {
    const { breaker } = subject();
    enter(breaker).fail(new AppError('engine_changed', 'the model is gone', { evidence: 'sure' }));
    assert.equal(restOf(breaker), 300_000);
  });

  for (const restMs of [3_600_001, 3.2e13, Number.POSITIVE_INFINITY]) {
    test(`rests an hour when the service asks for ${restMs} ms`, () => {
      const { breaker } = subject();
      enter(breaker).fail(failure('engine_busy', restMs));
      assert.equal(restOf(breaker), 3_600_000);
    });
  }

  for (const restMs of [0, -1000, Number.NaN, Number.NEGATIVE_INFINITY]) {
    test(`a rest of ${restMs} ms is ignored`, () => {
      const { breaker } = subject();
      enter(breaker).fail(failure('engine_busy', restMs));
      assert.equal(breaker.status().state, 'ready');
    });
  }

  for (const code of ['engine_challenge', 'engine_unauthorized'] as const) {
    test(`rests at once after ${code}, which a second call would not change`, () => {
      const { breaker } = subject();
      enter(breaker).fail(failure(code));
      assert.equal(restOf(breaker), 300_000);
    });
  }

  test('a cancelled trial proves nothing: the next call is the trial', () => {
    const { clock, breaker } = subject();
    enter(breaker).fail(failure('engine_busy', 1000));
    clock.advance(1000);
    enter(breaker).leave();
    enter(breaker).succeed();
    assert.equal(breaker.status().state, 'ready');
  });

  test('calls that began before the rest neither end it nor prolong it', () => {
    const { breaker } = subject();
    const late = [enter(breaker), enter(breaker)];
    failTimes(breaker, 3);
    late[0]?.succeed();
    assert.equal(restOf(breaker), 15_000);
    late[1]?.fail(failure());
    assert.equal(restOf(breaker), 15_000);
  });

  test('knows the median duration and the share of successes', () => {
    const { clock, breaker } = subject();
    for (const ms of [100, 900, 300]) {
      const pass = enter(breaker);
      clock.advance(ms);
      pass.succeed();
    }
    failTimes(breaker, 1);
    const { medianMs, successRate } = breaker.status();
    assert.deepEqual([medianMs, successRate], [300, 0.75]);
  });
});
