import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../../api/jobs/job.ts';
import { AppError, ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import type { Random } from '../../support/random.ts';
import { startGateway } from '../gateway.ts';
import { fuzz } from './fuzz/fuzz.ts';

const REQUESTS = 3000;
const SEED = 20_261_121;

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
/** Codes that a job of a picture never has. */
const NEVER: ReadonlySet<ErrorCode> = new Set(['forbidden', 'method_not_allowed', 'not_found']);

/** Reasons of the failures that this test provokes. */
const PROMISED = /"reason":"(internal words|the wait budget ended|the gateway stopped before the picture was made)"/;

test(`${REQUESTS} generated requests get answers that match the OpenAPI document, for every outcome of their jobs`, async (t) => {
  const gateway = await startGateway();
  const { outcome: done } = gateway.jobs;
  let turn = 0;

  /** The outcome of the next job: done, still being made, or failed with one of the codes. */
  function prepare(random: Random): void {
    // Takes the codes in turn, so that every code is used. Each round begins with the next one, so that every operation meets
    // all codes, even if the number of operations is a multiple of the number of codes.
    turn += 1;
    const code = CODES[(turn + Math.floor(turn / CODES.length)) % CODES.length] ?? 'internal';
    const isFailing = random.chance(0.5) && !NEVER.has(code);
    const pending: Partial<Job> = { status: 'running', stage: 'generate', progress: 0.4, etaSeconds: 3 };
    const isPending = random.chance(0.2);
    gateway.jobs.outcome = (request) => {
      if (isFailing) return { status: 'failed', error: new AppError(code, 'internal words') };
      return isPending ? pending : done(request);
    };
  }

  try {
    const { faults, statuses, sent, operations } = await fuzz({
      url: gateway.url,
      seed: SEED,
      requests: REQUESTS,
      limits: { maxSide: 4096, maxCount: 10 },
      prepare,
    });
    t.diagnostic(`${sent} requests of ${operations} operations: ${JSON.stringify(statuses)}`);
    assert.deepEqual(faults.slice(0, 20), []);
    for (const status of [200, 202, 204, 400, 404, 405, 413, 415, 422, 500, 502, 503]) {
      assert.ok(statuses[status], `no answer had status ${status}`);
    }
  } finally {
    await gateway.stop();
  }
  const failures = gateway.logged.filter((line) => /"status":5\d\d/.test(line));
  assert.ok(failures.length > 0);
  assert.deepEqual(
    failures.filter((line) => !PROMISED.test(line)),
    [],
  );
});
