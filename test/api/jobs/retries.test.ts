import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { JobModule } from '../../../api/jobs/job.ts';
import { eventually } from '../../support/poll.ts';
import { startGateway, type TestGateway } from '../gateway.ts';
import { createJobBench, type JobBench } from './job-bench.ts';

/** Over HTTP: which requests share a picture, and what happens to requests whose callers hang up. */

describe('callers who ask again', { timeout: 30_000 }, () => {
  let bench: JobBench;
  let gateway: TestGateway;
  /** Number of productions before the test. */
  let base = 0;
  /** Number of callers that have connected. */
  let waited = 0;
  before(async () => {
    bench = await createJobBench({}, { concurrency: 8 });
    const wait: JobModule['wait'] = (...call) => {
      waited += 1;
      return bench.jobs.wait(...call);
    };
    gateway = await startGateway({ jobs: { ...bench.jobs, wait }, waitBudgetMs: 20_000 });
  });
  after(async () => {
    await gateway.stop();
    await bench.close();
  });
  beforeEach(() => {
    base = bench.worker.productions.length;
    bench.worker.isAutomatic = false;
  });

  const count = (): number => bench.worker.productions.length - base;
  const production = (index = 0) => bench.worker.production(base + index);
  const openai = (prompt: string, init: RequestInit = {}) =>
    fetch(`${gateway.url}/v1/images/generations`, {
      method: 'POST',
      body: JSON.stringify({ prompt, response_format: 'b64_json' }),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
  /** Sends a request, and hangs up when the picture is being made. */
  async function hangUp(ask: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    const left = new AbortController();
    const waitedBefore = waited;
    const answer = ask(left.signal);
    const begun = await production();
    await eventually(() => assert.ok(waited > waitedBefore));
    const before = gateway.logged.length;
    left.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    await eventually(() => assert.ok(gateway.logged.length > before, 'the gateway has noticed'));
    assert.equal(begun.left.aborted, false);
  }

  test('four simultaneous requests make four pictures', async () => {
    const answers = [1, 2, 3, 4].map(() => openai('four at once'));
    const all = await Promise.all([0, 1, 2, 3].map(production));
    for (const { finish } of all) finish();
    for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200);
    assert.equal(new Set(all.map((one) => one.production.request.seed)).size, 4);
  });

  test('five fetches of one address that hang up make one picture, which the next fetch gets', async () => {
    const address = `${gateway.url}/prompt/an%20impatient%20fox`;
    for (let fetched = 0; fetched < 5; fetched += 1) await hangUp((signal) => fetch(address, { signal }));
    (await production()).finish();
    const answer = await fetch(address);
    assert.deepEqual([answer.status, answer.headers.get('content-type'), count()], [200, 'image/png', 1]);
  });

  test('a client that is cut off and asks again gets the picture of its first call', async () => {
    await hangUp((signal) => openai('cut off', { signal }));
    const again = openai('cut off', { headers: { 'x-stainless-retry-count': '1' } });
    (await production()).finish();
    assert.deepEqual([(await again).status, count()], [200, 1]);
  });

  test('requests with the same idempotency key get the same picture, in any dialect', async () => {
    const headers = { 'idempotency-key': 'one and the same' };
    const answers = [openai('keyed', { headers }), openai('keyed', { headers })];
    (await production()).finish();
    const [one, other] = await Promise.all(answers);
    assert.deepEqual([one?.status, other?.status, count()], [200, 200, 1]);
    assert.equal(one?.headers.get('x-job-id'), other?.headers.get('x-job-id'));
  });

  test('an equal request is remembered across dialects', async () => {
    bench.worker.isAutomatic = true;
    const first = await fetch(`${gateway.url}/generate?prompt=q&seed=5`);
    const second = await fetch(`${gateway.url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'q', seed: 5 }),
    });
    const [one, other] = [
      (await first.json()) as Record<string, unknown>,
      (await second.json()) as Record<string, unknown>,
    ];
    const ended = await fetch(`${gateway.url}/jobs/${other.job_id}`);
    assert.equal(((await ended.json()) as Record<string, unknown>).image_url, one.image_url);
    const bytes = await fetch(`${gateway.url}/generate?prompt=q&seed=5&output=image`);
    assert.deepEqual([bytes.status, count()], [200, 1]);
  });
});
