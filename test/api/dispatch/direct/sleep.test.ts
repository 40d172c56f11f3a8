import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts';
import { draft, options } from '../../jobs/drafts.ts';
import { createJobBench, type JobBench } from '../../jobs/job-bench.ts';

const never = new AbortController().signal;
/** The pauses between two checks whether the worker is awake. */
const isPause = (milliseconds: number): boolean => milliseconds <= 2000;

/** Lets a sleeping host start: each check advances the clock until this much time has passed. */
async function sleepFor(bench: JobBench, clock: ManualClock, totalMs: number): Promise<void> {
  const startedAt = clock.now();
  for (;;) {
    await clock.waitedFor(isPause);
    const passed = clock.now() - startedAt;
    if (passed >= totalMs) return;
    bench.worker.mode = passed < totalMs / 3 ? 'refuse' : passed < (totalMs * 2) / 3 ? 502 : 503;
    clock.advance(2000);
  }
}

test('one request waits for a host that starts for 40 s, if its budget is longer', async (t) => {
  const clock = createManualClock();
  const bench = await createJobBench({ clock });
  t.after(bench.close);
  bench.worker.mode = 'refuse';
  const accepted = await bench.jobs.submit(draft({ seed: 1 }), options());
  const answer = bench.jobs.wait(accepted.id, { budgetMs: 85_000, signal: never });
  await sleepFor(bench, clock, 20_000);
  assert.equal(bench.jobs.status().worker, 'waking');
  const meanwhile = await bench.jobs.find(accepted.id);
  assert.equal(meanwhile.status, 'queued');
  assert.equal(meanwhile.stage, 'wake');
  assert.ok((meanwhile.etaSeconds ?? 0) > 10);
  await sleepFor(bench, clock, 20_000);
  bench.worker.mode = undefined;
  bench.worker.isAutomatic = true;
  clock.advance(2000);
  const job = await answer;
  assert.equal(job.status, 'done');
  assert.ok((job.result?.timings.wake ?? 0) >= 40_000);
  assert.equal(bench.worker.productions.length, 1);

  const calls = bench.worker.calls.length;
  const again = await bench.jobs.submit(draft({ seed: 1 }), options());
  assert.equal(again.origin, 'remembered');
  clock.advance(10 * 60_000);
  assert.equal(bench.worker.calls.length, calls, 'neither a remembered result nor idleness asks the worker');
});

test('with a shorter budget the job goes on, and another request gets its picture', async (t) => {
  const clock = createManualClock();
  const bench = await createJobBench({ clock });
  t.after(bench.close);
  bench.worker.mode = 502;
  const accepted = await bench.jobs.submit(draft(), options());
  const answer = bench.jobs.wait(accepted.id, { budgetMs: 10_000, signal: never });
  await sleepFor(bench, clock, 12_000);
  assert.equal((await answer).status, 'queued');
  await clock.waitedFor(isPause);
  bench.worker.mode = undefined;
  bench.worker.isAutomatic = true;
  const retry = await bench.jobs.submit(draft(), options());
  assert.equal(retry.origin, 'joined');
  const second = bench.jobs.wait(retry.id, { budgetMs: 10_000, signal: never });
  clock.advance(2000);
  assert.equal((await second).status, 'done');
});

test('a worker is woken by the first request that needs it, and not earlier', async (t) => {
  const bench = await createJobBench();
  t.after(bench.close);
  assert.deepEqual(bench.worker.calls, []);
  assert.equal(bench.jobs.status().worker, 'asleep');
  bench.worker.isAutomatic = true;
  const { id } = await bench.jobs.submit(draft(), options());
  assert.equal((await bench.jobs.wait(id, { budgetMs: 5000, signal: never })).status, 'done');
  assert.equal(bench.worker.calls.filter((call) => call === 'GET /health').length, 1);
  assert.equal(bench.jobs.status().worker, 'ready');
});

test('a worker that never wakes is unavailable after minutes, and then reported at once', async (t) => {
  const clock = createManualClock();
  const bench = await createJobBench({ clock });
  t.after(bench.close);
  bench.worker.mode = 'refuse';
  const accepted = await bench.jobs.submit(draft(), options());
  const answer = bench.jobs.wait(accepted.id, { budgetMs: 600_000, signal: never });
  await sleepFor(bench, clock, 178_000);
  assert.equal((await bench.jobs.find(accepted.id)).status, 'queued');
  await clock.waitedFor(isPause);
  clock.advance(2000);
  const job = await answer;
  assert.equal(job.error?.code, 'worker_unavailable');
  assert.equal(bench.jobs.status().worker, 'unreachable');

  const second = await bench.jobs.submit(draft({ seed: 2 }), options());
  const secondAnswer = bench.jobs.wait(second.id, { budgetMs: 600_000, signal: never });
  for (let passed = 0; passed < 10_000; passed += 2000) {
    await clock.waitedFor(isPause);
    clock.advance(2000);
  }
  assert.equal((await secondAnswer).error?.code, 'worker_unavailable');
});

test('a job that a caller comes back for survives ten minutes without a worker', async (t) => {
  const clock = createManualClock();
  const bench = await createJobBench({ clock });
  t.after(bench.close);
  bench.worker.mode = 'refuse';
  const accepted = await bench.jobs.submit(draft(), options({ asynchronous: true }));
  for (let passed = 0; passed < 600_000; passed += 15_000) {
    await clock.waitedFor((milliseconds) => milliseconds <= 15_000);
    clock.advance(15_000);
  }
  assert.equal((await bench.jobs.find(accepted.id)).status, 'queued');
  await clock.waitedFor((milliseconds) => milliseconds <= 15_000);
  bench.worker.mode = undefined;
  bench.worker.isAutomatic = true;
  const answer = bench.jobs.wait(accepted.id, { budgetMs: 600_000, signal: never });
  clock.advance(15_000);
  assert.equal((await answer).status, 'done');
});
