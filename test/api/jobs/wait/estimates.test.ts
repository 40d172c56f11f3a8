import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEstimates } from '../../../../api/jobs/wait/estimates.ts';
import type { Run } from '../../../../shared/queue/run.ts';
import { draft } from '../drafts.ts';

const run = (change: Partial<Run> = {}): Run => ({
  id: 'r1',
  ticketId: 't1',
  clientId: 'anna',
  request: { ...draft(), seed: 1, seedGiven: true },
  status: 'queued',
  number: 1,
  needsCredentials: false,
  rememberMs: 0,
  received: false,
  trace: { requestId: 'r', traceparent: 't' },
  createdAt: 0,
  ...{ cost: 1, turn: 1, isRetry: false, attendedBy: '', steps: [] },
  ...change,
});

/** An engine that takes 10 s, of which 8 s are spent painting. */
function createLearned() {
  const estimates = createEstimates(undefined);
  const timings = { browser: 500, page: 500, generate: 8000, download: 250, convert: 250, upload: 500 };
  estimates.learn({ engine: 'fake', timings });
  return estimates;
}

test('a run further back waits longer, and more slots shorten the wait', () => {
  const estimates = createLearned();
  const eta = (position: number, slots: number) => estimates.etaSeconds(run(), { now: 0, position, slots });
  assert.equal(eta(1, 1), 10);
  assert.equal(eta(5, 1), 50);
  assert.equal(eta(5, 2), 30);
});

test('a sleeping worker adds its usual time to wake, minus the time passed', () => {
  const estimates = createLearned();
  estimates.learnWake(40_000);
  const eta = (wakingForMs: number) => estimates.etaSeconds(run(), { now: 0, position: 1, slots: 0, wakingForMs });
  assert.equal(eta(0), 50);
  assert.equal(eta(30_000), 20);
  assert.equal(eta(90_000), 11);
});

test('progress grows over all stages, by the engine’s reports or by the clock', () => {
  const estimates = createLearned();
  const working = { status: 'running', engine: 'fake', stageAt: 0 } as const;
  const steps = [
    estimates.progress(run(), 0),
    estimates.progress(run({ ...working, stage: 'page' }), 250),
    estimates.progress(run({ ...working, stage: 'generate', fraction: 0.25 }), 0),
    estimates.progress(run({ ...working, stage: 'generate' }), 4000),
    estimates.progress(run({ ...working, stage: 'generate' }), 100_000),
    estimates.progress(run({ ...working, stage: 'upload', status: 'storing' }), 0),
    estimates.progress(run({ status: 'done' }), 0),
  ];
  assert.deepEqual(
    steps,
    steps.toSorted((one, other) => one - other),
  );
  assert.deepEqual(steps.slice(0, 4), [0, 0.075, 0.3, 0.5]);
  assert.equal(steps.at(-1), 1);
});

test('each new value moves the mean a little, and means survive a restart', () => {
  const before = createLearned();
  before.learn({ engine: 'fake', timings: { generate: 18_000 } });
  const after = createEstimates(before.toText());
  assert.equal(after.jobMs(), before.jobMs());
  assert.ok(after.jobMs() > 10_000 && after.jobMs() < 13_000);
  assert.equal(after.etaSeconds(run({ status: 'done' }), { now: 0, slots: 1 }), undefined);
});
