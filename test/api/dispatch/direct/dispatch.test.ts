import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createHttpDispatch } from '../../../../api/dispatch/direct/dispatch.ts';
import type { RunLedger } from '../../../../api/dispatch/dispatch.ts';
import type { GenerationRequest } from '../../../../shared/contract/generation.ts';
import type { AppError } from '../../../../shared/errors.ts';
import { QUICK_MS } from '../../../../shared/queue/room.ts';
import { createLog } from '../../../../shared/service/log.ts';
import { type Clock, systemClock } from '../../../../shared/wait.ts';
import { createFakeWorker, type FakeWorker } from '../../../stand-ins/worker/fake-worker.ts';

const request: GenerationRequest = {
  prompt: 'a lighthouse',
  seed: 1,
  seedGiven: true,
  count: 1,
  strict: false,
  safe: false,
  format: 'png',
  deliver: 'url',
  previews: 0,
};

/** Records how each run ended, and needs every picture. */
function createRunLedger() {
  const ends = new EventTarget();
  const ended = new Map<string, string>();
  const end = async (runId: string, how: string): Promise<void> => {
    ended.set(runId, how);
    ends.dispatchEvent(new Event('end'));
  };
  const ledger: RunLedger = {
    open: async (runId) => ({ production: { jobId: runId, request }, trace: { requestId: 'r', traceparent: 't' } }),
    progress: async () => undefined,
    putBack: async () => undefined,
    finish: (runId) => end(runId, 'done'),
    fail: (runId, error: AppError) => end(runId, error.code),
    isPatient: async () => true,
  };
  const until = async (count: number): Promise<Map<string, string>> => {
    while (ended.size < count) await once(ends, 'end');
    return ended;
  };
  return { ledger, until };
}

async function createBench(count: number, { concurrency = 2, silenceMs = 60_000, token = '', clock = hurried } = {}) {
  const workers = await Promise.all(Array.from({ length: count }, () => createFakeWorker({ concurrency })));
  const { ledger, until } = createRunLedger();
  const dispatch = createHttpDispatch({
    workerUrls: workers.map(({ url }) => url),
    workerToken: token === '' ? 'token-of-the-fake-worker' : token,
    ledger,
    clock,
    log: createLog({ service: 'test', level: 'silent' }),
    onAwake: () => undefined,
    silenceMs,
  });
  const close = async (): Promise<void> => {
    await dispatch.stop(0);
    await Promise.all(workers.map((worker) => worker.close()));
  };
  const first = workers[0] as FakeWorker;
  const second = workers[1] ?? first;
  return { dispatch, first, second, until, close };
}

/** Divides rests by a hundred. The limit for quick runs stays, because runs take real time here. */
const hurried: Clock = {
  ...systemClock,
  wait: (milliseconds, signal) =>
    systemClock.wait(milliseconds === QUICK_MS ? milliseconds : milliseconds / 100, signal),
};

const run = (id: string, cost = 1, clientId = id) => ({ id, clientId, turn: 1, createdAt: 1, cost, attendedBy: id });

test('work goes to the worker that has more free slots', async (t) => {
  const { dispatch, first, second, until, close } = await createBench(2, { concurrency: 3 });
  t.after(close);
  for (let index = 0; index < 6; index++) await dispatch.enqueue(run(`r${index}`));
  await Promise.all([first.production(2), second.production(2)]);
  assert.equal(await dispatch.position('r5'), undefined);
  assert.deepEqual(
    dispatch.workers().map(({ state }) => state),
    ['busy', 'busy'],
  );
  for (const production of [...first.productions, ...second.productions]) production.finish();
  await until(6);
});

test('while a large run holds the only slot, small runs are made beside it, two at a time', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  await dispatch.enqueue(run('quick'));
  (await first.production(0)).finish();
  await until(1);
  await dispatch.enqueue(run('large', 16));
  const large = await first.production(1);
  for (const [id, cost] of [
    ['next large', 2],
    ['small', 1],
    ['second small', 1],
    ['third small', 1],
  ] as const) {
    await dispatch.enqueue(run(id, cost));
  }
  await dispatch.enqueue(run('small of the large one’s client', 1, 'large'));
  const [small, second] = [await first.production(2), await first.production(3)];
  assert.equal(await dispatch.position('third small'), 2);
  small.finish();
  (await first.production(4)).finish();
  second.finish();
  await until(4);
  assert.equal(await dispatch.position('next large'), 2);
  large.finish();
  (await first.production(5)).finish();
  (await first.production(6)).finish();
  const ends = [...(await until(7)).keys()];
  assert.deepEqual(ends.slice(1, 5).toSorted(), ['large', 'second small', 'small', 'third small'], String(ends));
});

test('beside a large run, callers who wait get more small runs at a time than callers who come back, who get one', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  await dispatch.enqueue(run('quick'));
  (await first.production(0)).finish();
  await until(1);
  await dispatch.enqueue(run('large', 16));
  await first.production(1);
  for (const id of ['bot', 'another bot']) await dispatch.enqueue({ ...run(id), attendedBy: '' });
  await first.production(2);
  await dispatch.enqueue(run('visitor'));
  const visitor = await first.production(3);
  assert.equal(visitor.production.jobId, 'visitor');
  await dispatch.attend({ ...run('another bot'), attendedBy: '' }, 'waits');
  assert.equal(await dispatch.position('another bot'), 1, 'both places beside are taken');
  visitor.finish();
  assert.equal((await first.production(4)).production.jobId, 'another bot', 'its caller follows it now');
  for (const production of first.productions) production.finish();
  await until(5);
});

/** A bench at which the client `slow` has had two slow runs, and nobody else any. */
async function createBenchWithSlowClient() {
  let aheadMs = 0;
  const clock = { ...hurried, elapsed: () => systemClock.elapsed() + aheadMs };
  const bench = await createBench(1, { concurrency: 1, clock });
  for (const index of [0, 1]) {
    await bench.dispatch.enqueue(run(`slow ${index}`, 1, 'slow'));
    const slow = await bench.first.production(index);
    aheadMs += 6000;
    slow.finish();
    await bench.until(index + 1);
  }
  return bench;
}

test('a client whose last two runs were slow gets no place beside a large run until one of its runs was quick', async (t) => {
  const { dispatch, first, until, close } = await createBenchWithSlowClient();
  t.after(close);
  await dispatch.enqueue(run('large', 16));
  const large = await first.production(2);
  await dispatch.enqueue(run('again', 1, 'slow'));
  await dispatch.enqueue(run('quick', 1, 'another'));
  (await first.production(3)).finish();
  assert.deepEqual([...(await until(3)).keys()], ['slow 0', 'slow 1', 'quick']);
  assert.equal(await dispatch.position('again'), 1);
  large.finish();
  const again = await first.production(4);
  assert.deepEqual(
    [large.production.cost, again.production.cost],
    [16, 2],
    'the worker hears what the gateway takes it for',
  );
  again.finish();
  await until(5);

  await dispatch.enqueue(run('larger', 16));
  await first.production(5);
  await dispatch.enqueue(run('once more', 1, 'slow'));
  (await first.production(6)).finish();
  assert.ok((await until(6)).has('once more'));
});

test('at most eight runs of a client wait for an engine; its next one stays in the queue, and another client’s passes it', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  for (let index = 0; index < 8; index += 1) await dispatch.enqueue(run(`patient ${index}`, 2, 'patient'));
  await dispatch.enqueue(run('patient, one more', 2, 'patient'));
  await dispatch.enqueue(run('reader', 3));
  for (let index = 0; index < 8; index += 1) {
    (await first.production(index)).send({ type: 'postponed', milliseconds: index === 0 ? 50_000 : 3_600_000 });
  }
  const another = await first.production(8);
  assert.equal(another.production.jobId, 'reader');
  assert.equal(await dispatch.position('patient, one more'), 1);
  // Until then the slot is taken.
  const again = first.production(9);
  another.finish();
  assert.equal((await again).production.jobId, 'patient 0');
  (await again).finish();
  (await first.production(10)).finish();
  assert.deepEqual([...(await until(3)).keys()], ['reader', 'patient 0', 'patient, one more']);
});

test('runs whose engine may serve again take turns with the others, and hold up no small run', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  for (let index = 0; index < 3; index += 1) {
    await dispatch.enqueue(run(`patient ${index}`, 1, 'patient'));
    (await first.production(index)).send({ type: 'postponed', milliseconds: 10_000 });
  }
  // It takes the slot, and does not end.
  assert.equal((await first.production(3)).production.jobId, 'patient 0');
  for (let index = 0; index < 3; index += 1) {
    await dispatch.enqueue(run(`reader ${index}`));
    (await first.production(4 + index)).finish();
  }
  assert.deepEqual([...(await until(3)).keys()], ['reader 0', 'reader 1', 'reader 2']);
});

test('a run whose engine may serve again takes its turn: it comes neither first nor last', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  await dispatch.enqueue(run('patient', 3));
  (await first.production(0)).send({ type: 'postponed', milliseconds: 1000 });
  await dispatch.enqueue(run('large', 2));
  const large = await first.production(1);
  await dispatch.enqueue(run('before', 2));
  await dispatch.enqueue(run('after', 4));
  await hurried.wait(2000);
  large.finish();
  for (const index of [2, 3, 4]) (await first.production(index)).finish();
  assert.deepEqual([...(await until(4)).keys()], ['large', 'before', 'patient', 'after']);
});

test('a client with slow runs does not count as quick because an engine kept it waiting', async (t) => {
  const { dispatch, first, close } = await createBenchWithSlowClient();
  t.after(close);
  for (const index of [2, 3, 4]) {
    await dispatch.enqueue(run(`patient ${index}`, 1, 'slow'));
    const patient = await first.production(index);
    assert.equal(patient.production.cost, 2);
    patient.send({ type: 'postponed', milliseconds: 3_600_000 });
  }
});

test('a postponed run that is withdrawn does not come again', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  await dispatch.enqueue(run('patient'));
  (await first.production(0)).send({ type: 'postponed', milliseconds: 1000 });
  await dispatch.enqueue(run('next'));
  (await first.production(1)).finish();
  await until(1);
  assert.equal(dispatch.waiting(), 0);
  await dispatch.withdraw('patient');
  await hurried.wait(2000);
  await dispatch.enqueue(run('last'));
  assert.equal((await first.production(2)).production.jobId, 'last');
});

test('one connection serves one production after another', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  first.isAutomatic = true;
  for (let index = 0; index < 8; index += 1) {
    await dispatch.enqueue(run(`r${index}`));
    await until(index + 1);
  }
  assert.ok(first.connections <= 3, `${first.connections} connections for eight productions`);
});

test('a hundred runs that wait for an engine keep no other run from the worker', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  for (let index = 0; index < 100; index += 1) {
    await dispatch.enqueue(run(`patient ${index}`, 2, `client ${index % 20}`));
    (await first.production(index)).send({ type: 'postponed', milliseconds: 3_600_000 });
  }
  await dispatch.enqueue(run('reader', 2));
  (await first.production(100)).finish();
  assert.deepEqual([...(await until(1)).keys()], ['reader']);
  assert.ok(first.connections <= 3, `${first.connections} connections`);
});

test('a dead worker rests, and its runs go to another one', async (t) => {
  const { dispatch, first, second, until, close } = await createBench(2, { concurrency: 1 });
  t.after(close);
  await dispatch.enqueue(run('one'));
  await dispatch.enqueue(run('two'));
  const [dying] = await Promise.all([first.production(0), second.production(0)]);
  first.mode = 'refuse';
  dying.breakOff();
  second.productions[0]?.finish();
  (await second.production(1)).finish();
  const ended = await until(2);
  assert.deepEqual([...ended.values()], ['done', 'done']);
});

test('a run for which one worker has no room goes to another, or waits', async (t) => {
  const { dispatch, first, second, until, close } = await createBench(2, { concurrency: 1 });
  t.after(close);
  first.mode = { status: 503, refusal: { code: 'queue_full', message: 'full', retryAfterSeconds: 60 } };
  await dispatch.enqueue(run('one'));
  await dispatch.enqueue(run('two'));
  (await second.production(0)).finish();
  (await second.production(1)).finish();
  assert.deepEqual([...(await until(2)).values()], ['done', 'done']);
  assert.equal(first.productions.length, 0);
});

test('a wrong token is not mistaken for a sleeping worker', async (t) => {
  const { dispatch, until, close } = await createBench(1, { token: 'another' });
  t.after(close);
  await dispatch.enqueue(run('one'));
  assert.equal((await until(1)).get('one'), 'worker_unavailable');
});

test('a refusal of the caller’s token by an engine is not mistaken for a refusal of the worker’s token', async (t) => {
  const { dispatch, first, until, close } = await createBench(1);
  t.after(close);
  await dispatch.enqueue(run('one'));
  (await first.production(0)).fail({ code: 'unauthorized', message: 'a wrong token' });
  assert.equal((await until(1)).get('one'), 'unauthorized');
});

test('a silent connection is closed, and the run is made again', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { silenceMs: 50 });
  t.after(close);
  await dispatch.enqueue(run('one'));
  const silent = await first.production(0);
  const again = await first.production(1);
  assert.equal(silent.left.aborted, true);
  again.finish();
  assert.equal((await until(1)).get('one'), 'done');
});

test('a run that kills its worker every time fails', { timeout: 60_000 }, async (t) => {
  const { dispatch, first, until, close } = await createBench(1);
  t.after(close);
  await dispatch.enqueue(run('poison'));
  for (let index = 0; index < 5; index++) (await first.production(index)).breakOff();
  assert.equal((await until(1)).get('poison'), 'worker_unavailable');
  assert.equal(first.productions.length, 5);
});

test('stopping lets running work end within the grace period', async (t) => {
  const { dispatch, first, until, close } = await createBench(1, { concurrency: 1 });
  t.after(close);
  await dispatch.enqueue(run('one'));
  await dispatch.enqueue(run('two'));
  const production = await first.production(0);
  const stopped = dispatch.stop(5000);
  production.finish();
  await stopped;
  assert.deepEqual([...(await until(1))], [['one', 'done']]);
  assert.equal(first.productions.length, 1);
});
