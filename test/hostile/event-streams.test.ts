import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createStreamLimit } from '../../api/http/events/stream-limit.ts';
import { toTrustProxy } from '../../api/http/middleware/trust-proxy.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { createJobBench, type JobBench } from '../api/jobs/job-bench.ts';

/** Event streams end with their job, are limited in number, and shorten texts from upstreams. */

describe('event streams', { timeout: 30_000 }, () => {
  let bench: JobBench;
  let gateway: TestGateway;
  before(async () => {
    bench = await createJobBench();
    const streams = createStreamLimit({ ofCaller: 2, inAll: 3 });
    gateway = await startGateway({ jobs: bench.jobs, streams, trustProxy: toTrustProxy('1') });
  });
  after(async () => {
    await gateway.stop();
    await bench.close();
  });

  async function accept(): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ prompt: `streamed ${bench.worker.productions.length}` });
    const response = await fetch(`${gateway.url}/jobs`, { method: 'POST', headers, body });
    const { job_id } = (await response.json()) as { job_id: string };
    return job_id;
  }

  const follow = (id: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
    fetch(`${gateway.url}/jobs/${id}/events`, { headers, ...(signal && { signal }) });

  const lastIdOf = (events: string): string =>
    events
      .match(/^id: (\d+)$/gm)
      ?.at(-1)
      ?.slice(4) ?? 'none';

  test('a client that returns with the last event gets 204, and one with an earlier event gets the rest', async () => {
    const seen = bench.worker.productions.length;
    const id = await accept();
    (await bench.worker.production(seen)).finish();
    const whole = await (await follow(id)).text();
    const last = lastIdOf(whole);
    const again = await follow(id, { 'last-event-id': last });
    assert.equal(again.status, 204);
    assert.equal(await again.text(), '');
    const rest = await (await follow(id, { 'last-event-id': String(Number(last) - 1) })).text();
    assert.equal(lastIdOf(rest), last);
    assert.equal(rest.match(/^event: /gm)?.length, 1);
  });

  test('a cancelled job ends its stream once, although the run goes on for others', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => shared()));
    await fetch(`${gateway.url}/jobs/${one}`, { method: 'DELETE' });
    const events = await (await follow(one ?? '')).text();
    assert.match(events, /event: cancelled/);
    assert.equal((await follow(one ?? '', { 'last-event-id': lastIdOf(events) })).status, 204);
    await fetch(`${gateway.url}/jobs/${two}`, { method: 'DELETE' });
    assert.equal((await follow(one ?? '', { 'last-event-id': lastIdOf(events) })).status, 204);
  });

  async function shared(): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ prompt: 'shared', seed: 4 });
    const response = await fetch(`${gateway.url}/jobs`, { method: 'POST', headers, body });
    return ((await response.json()) as { job_id: string }).job_id;
  }

  test('streams are limited for each caller and in total, and a closed stream frees its place', async () => {
    const id = await accept();
    const from = (address: string, signal?: AbortSignal) => follow(id, { 'x-forwarded-for': address }, signal);
    const leaving = new AbortController();
    const held = [await from('192.0.2.1', leaving.signal), await from('192.0.2.1', leaving.signal)];
    assert.deepEqual(
      held.map(({ status }) => status),
      [200, 200],
    );
    const own = await from('192.0.2.1');
    assert.deepEqual([own.status, own.headers.get('retry-after')], [429, '5']);
    assert.equal(((await own.json()) as { code: string }).code, 'rate_limited');
    const other = await from('192.0.2.2', leaving.signal);
    assert.equal(other.status, 200);
    const all = await from('192.0.2.3');
    assert.deepEqual([all.status, all.headers.get('retry-after')], [503, '5']);
    leaving.abort();
    const free = new AbortController();
    for (let tries = 0; (await from('192.0.2.1', free.signal)).status !== 200; tries++) assert.ok(tries < 1000);
    free.abort();
  });

  test('an engine status of 12 MB is cut before it reaches events and the journal', async () => {
    const seen = bench.worker.productions.length;
    const id = await accept();
    const production = await bench.worker.production(seen);
    production.send({ type: 'progress', stage: 'generate', engineStatus: 'w'.repeat(12_000_000) });
    production.finish();
    const events = await (await follow(id)).text();
    assert.ok(events.length < 20_000, `${events.length} characters`);
  });
});
