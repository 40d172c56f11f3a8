import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { WIRE_HEADER, WIRE_VERSION, type WorkerStatus } from '../../../shared/contract/wire.ts';
import type { ErrorRecord } from '../../../shared/errors.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeEngine, createGate, failing, hanging } from '../fake-engine.ts';
import { type FrontDoor, openFrontDoor, PROMPT, TOKEN, toRequest } from '../front-door.ts';

let door: FrontDoor | undefined;
afterEach(async () => {
  await door?.close();
  door = undefined;
});

async function openDoor(...options: Parameters<typeof openFrontDoor>): Promise<FrontDoor> {
  door = await openFrontDoor(...options);
  return door;
}

const isEnd = ({ type }: { readonly type: string }): boolean => type === 'result' || type === 'error';
const isRunning = (event: { readonly type: string; readonly stage?: string }): boolean => event.stage === 'generate';
const post = (body: string, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
});

describe('the worker over HTTP', () => {
  test('everything but health is refused without the secret, or with another one', async () => {
    const { url, call } = await openDoor({ engines: [createFakeEngine('first')] });
    for (const path of ['/status', '/pictures/0', '/productions', '/removals', '/nowhere']) {
      const bare = await fetch(`${url}${path}`);
      assert.deepEqual([bare.status, ((await bare.json()) as ErrorRecord).code], [401, 'unauthorized'], path);
      const wrong = await call(path, { headers: { authorization: `Bearer ${TOKEN}x` } });
      assert.equal(wrong.status, 401, path);
    }
    const health = await fetch(`${url}/health`);
    assert.equal(health.status, 200);
    assert.deepEqual(await health.json(), {
      status: 'healthy',
      service: 'easel-worker',
      version: '1.2.3',
      problems: [],
      running: 0,
      waiting: 0,
      concurrency: 1,
      maxWaiting: 20,
    });
  });

  test('the older and the newer of two secrets are both accepted', async () => {
    const tokens = ['the-newer-of-two-tokens', 'the-older-of-two-tokens'];
    const { url } = await openDoor({ engines: [createFakeEngine('first')], tokens });
    for (const token of tokens) {
      const { status } = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(status, 200);
    }
    assert.equal((await fetch(`${url}/status`, { headers: { authorization: 'Bearer ' } })).status, 401);
  });

  test('a newer gateway may send fields that this worker does not know', async () => {
    const { call } = await openDoor({ engines: [createFakeEngine('first')] });
    const production = { jobId: 'new', urgency: 'high', request: { ...toRequest(), mood: { of: 'tomorrow' } } };
    const response = await call('/productions', post(JSON.stringify(production)));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('easel-wire'), '1');
    assert.match(await response.text(), /"type":"result"/);
  });

  const refusals: ReadonlyArray<[what: string, path: string, init: RequestInit, status: number, code: string]> = [
    ['an unknown route', '/nowhere', {}, 404, 'not_found'],
    ['an unknown picture', '/pictures/..%2f..%2fetc%2fpasswd', {}, 404, 'not_found'],
    ['another method', '/productions', {}, 405, 'method_not_allowed'],
    ['a form', '/productions', post('a=1', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
    ['no JSON', '/productions', post(`{"prompt":"${PROMPT}`), 400, 'invalid_request'],
    ['an empty object', '/productions', post('{}'), 400, 'invalid_request'],
    ['a field of another type', '/removals', post('{"store":"disk","pictureId":1,"url":"b"}'), 400, 'invalid_request'],
    [
      'a body that is too large',
      '/productions',
      post(JSON.stringify({ jobId: 'x'.repeat(1_100_000) })),
      413,
      'payload_too_large',
    ],
    ['an address that is too long', `/${'x'.repeat(3000)}`, {}, 413, 'payload_too_large'],
    ['a store that is not here', '/removals', post('{"store":"x","pictureId":"a","url":"b"}'), 400, 'invalid_request'],
  ];
  for (const [what, path, init, status, code] of refusals) {
    test(`${what} is ${status} in JSON`, async () => {
      const { call, log } = await openDoor({ engines: [createFakeEngine('first')] });
      const response = await call(path, init);
      const record = (await response.json()) as ErrorRecord;
      assert.deepEqual([response.status, record.code], [status, code]);
      if (status === 405) assert.equal(response.headers.get('allow'), 'POST');
      assert.ok(!log().includes('turnstone'), 'no prompt in the log');
    });
  }

  test('names every fault of a production', async () => {
    const { call } = await openDoor({ engines: [createFakeEngine('first')] });
    const request = { ...toRequest(), seed: -1, count: 99 };
    const response = await call('/productions', post(JSON.stringify({ jobId: '', request })));
    const { faults = [] } = (await response.json()) as ErrorRecord;
    assert.deepEqual(faults.map(({ field }) => field).sort(), ['jobId', 'request.count', 'request.seed']);
  });

  test('ids and traces of the caller are in the answer and the log; prompts and secrets are in neither', async () => {
    const { call, produce, log } = await openDoor({ engines: [createFakeEngine('first', failing('engine_failed'))] });
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { 'x-request-id': 'caller-1', traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const response = await call(`/nowhere?token=${TOKEN}`, { headers });
    assert.equal(response.headers.get('x-request-id'), 'caller-1');
    assert.match(response.headers.get('traceparent') ?? '', new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    await produce({}, { credentials: { first: 'callers-own-9a' } });
    assert.match(log(), new RegExp(`"requestId":"caller-1".*${trace}.*"path":"\\(no route\\)"`));
    for (const secret of [TOKEN, PROMPT, 'turnstone', 'callers-own-9a']) assert.ok(!log().includes(secret), secret);
  });

  test('a quiet stream sends heartbeats', async () => {
    const clock = createManualClock();
    const gate = createGate();
    const { open } = await openDoor({ engines: [createFakeEngine('first', gate.generate)], clock });
    const stream = await open({ jobId: 'quiet', request: toRequest() });
    assert.equal(stream.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
    await stream.until(isRunning);
    clock.advance(10_000);
    await stream.until(({ type }) => type === 'alive');
    gate.open();
    const events = await stream.ended;
    assert.equal(events.at(-1)?.type, 'result');
  });

  test('shows the state of engines and stores', async () => {
    const resting = createFakeEngine('resting', failing('engine_challenge', { restMs: 60_000 }));
    const { call, produce } = await openDoor({
      engines: [resting, { ...createFakeEngine('ready'), quotaRemaining: () => 41 }],
      clock: createManualClock(),
    });
    await produce();
    const status = (await (await call('/status')).json()) as WorkerStatus;
    assert.deepEqual(status.engines, [
      { name: 'resting', state: 'resting', lastErrorCode: 'engine_challenge', restRemainingMs: 60_000, successRate: 0 },
      { name: 'ready', state: 'ready', successRate: 1, medianMs: 0, quotaRemaining: 41 },
    ]);
    assert.deepEqual(status.stores, [{ name: 'disk', state: 'ready', successRate: 1, medianMs: 0 }]);
    assert.deepEqual(status.browser, { state: 'stopped', jobs: 0 });
  });

  test('a removal takes the hosted copy and the one on the shelf', async () => {
    const { call, produce } = await openDoor({ engines: [createFakeEngine('first')] });
    const [picture] = (await produce()).result?.pictures ?? [];
    assert.equal((await call(`/pictures/${picture?.id}`)).status, 200);
    const removal = { store: picture?.store, pictureId: picture?.id, url: picture?.url };
    assert.equal((await call('/removals', post(JSON.stringify(removal)))).status, 204);
    assert.equal((await call(`/pictures/${picture?.id}`)).status, 404);
  });
});

describe('many simultaneous requests', () => {
  test('with room for 20, one of 200 requests runs, 20 wait, and the others are refused at once', async () => {
    const gate = createGate();
    const engine = createFakeEngine('first', gate.generate);
    const { open } = await openDoor({ engines: [engine] });
    const streams = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        open({ jobId: `crowd-${index}`, request: toRequest({ seed: index, deliver: 'bytes' }) }),
      ),
    );
    const refused = streams.filter(({ status }) => status === 503);
    assert.equal(refused.length, 179);
    for (const { refusal, headers } of refused) {
      assert.equal(refusal?.code, 'queue_full');
      assert.equal(headers.get('retry-after'), String(refusal?.retryAfterSeconds));
    }
    assert.equal(engine.calls.length, 1);
    gate.open();
    const served = await Promise.all(streams.filter(({ status }) => status === 200).map(({ ended }) => ended));
    const seeds = served.flatMap((events) =>
      events.flatMap((event) => (event.type === 'result' ? [event.result.pictures[0]?.seed] : [])),
    );
    assert.equal(new Set(seeds).size, 21);
  });

  test('a client that leaves cancels its production down to the engine, and the next request works', async () => {
    const aborted = Promise.withResolvers<unknown>();
    const engine = createFakeEngine('first', (request, context) => {
      context.signal.addEventListener('abort', () => aborted.resolve(context.signal.reason));
      return hanging(request, context);
    });
    const { open, produce } = await openDoor({ engines: [engine, createFakeEngine('second')] });
    const stream = await open({ jobId: 'left', request: toRequest({ engine: 'first' }) });
    await stream.until(isRunning);
    stream.leave();
    assert.match(String(await aborted.promise), /every caller has left/);
    assert.equal((await produce({ engine: 'second' })).result?.engine, 'second');
  });

  test('the same job joins the running production, which ends only when the last caller has left', async () => {
    const gate = createGate();
    const engine = createFakeEngine('first', gate.generate);
    const { open } = await openDoor({ engines: [engine] });
    const production = { jobId: 'twins', request: toRequest() };
    const first = await open(production);
    await first.until(isRunning);
    const second = await open(production);
    first.leave();
    gate.open();
    const last = (await second.ended).at(-1);
    assert.equal(last?.type, 'result');
    assert.equal(engine.calls.length, 1);
  });

  test('a job that comes again while its cancelled run still ends is made again', async () => {
    const gate = createGate();
    const engine = createFakeEngine('first', gate.generate);
    const { open } = await openDoor({ engines: [engine] });
    const production = { jobId: 'returned', request: toRequest() };
    const first = await open(production);
    await first.until(isRunning);
    first.leave();
    const second = await open(production);
    gate.open();
    assert.equal((await second.ended).at(-1)?.type, 'result');
  });

  test('a job that waits longer than its deadline fails, because there is no room', async () => {
    const { open } = await openDoor({ engines: [createFakeEngine('first', hanging)] });
    const first = await open({ jobId: 'long', request: toRequest() });
    await first.until(isRunning);
    const second = await open({ jobId: 'short', request: toRequest(), timeoutMs: 30 });
    const last = (await second.ended).at(-1);
    assert.ok(last?.type === 'error' && last.error.code === 'queue_full');
    first.leave();
  });

  test('the time of waiting counts towards the deadline of the job', async () => {
    const clock = createManualClock();
    const gate = createGate();
    const { open } = await openDoor({ engines: [createFakeEngine('first', gate.generate)], clock });
    const first = await open({ jobId: 'first', request: toRequest() });
    await first.until(isRunning);
    const second = await open({ jobId: 'second', request: toRequest(), timeoutMs: 60_000 });
    clock.advance(60_000);
    gate.open();
    await first.ended;
    const last = (await second.ended).at(-1);
    assert.ok(last?.type === 'error' && last.error.code === 'engine_timeout', JSON.stringify(last));
  });

  test('a gateway of 1.0.0, which knows no postponement, gets a refusal that it answers by posting again', async () => {
    const busy = createFakeEngine('busy', failing('engine_busy', { restMs: 30_000 }));
    const { call } = await openDoor({ engines: [busy], patienceMs: 60_000 });
    const body = JSON.stringify({ jobId: 'patient', request: toRequest() });
    const post = async (headers: Record<string, string>) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
      const lines = (await (await call('/productions', init)).text()).trim().split('\n');
      return JSON.parse(lines.at(-1) ?? '');
    };
    const older = await post({});
    assert.deepEqual([older.type, older.error.code, older.error.retryAfterSeconds], ['error', 'queue_full', 30]);
    assert.equal((await post({ [WIRE_HEADER]: String(WIRE_VERSION) })).type, 'postponed');
  });

  test('a stop lets running jobs end, gives waiting ones back, and takes no new ones', async () => {
    const gate = createGate();
    const { open, stop, call } = await openDoor({ engines: [createFakeEngine('first', gate.generate)] });
    const running = await open({ jobId: 'running', request: toRequest() });
    await running.until(isRunning);
    const waiting = await open({ jobId: 'waiting', request: toRequest() });
    const stopped = stop(60_000);
    const given = await waiting.until(isEnd);
    assert.ok(given.type === 'error' && given.error.code === 'worker_unavailable');
    const late = await open({ jobId: 'late', request: toRequest() });
    assert.deepEqual([late.status, late.refusal?.code], [503, 'worker_unavailable']);
    const health = await call('/health');
    assert.deepEqual([health.status, ((await health.json()) as WorkerStatus).status], [503, 'stopping']);
    gate.open();
    assert.equal((await running.until(isEnd)).type, 'result');
    await stopped;
  });

  test('a stop reports jobs that do not end within the grace period', async () => {
    const { open, stop } = await openDoor({ engines: [createFakeEngine('first', hanging)] });
    const stream = await open({ jobId: 'endless', request: toRequest() });
    await stream.until(isRunning);
    await stop(20);
    const last = await stream.until(isEnd);
    assert.ok(last.type === 'error' && last.error.code === 'worker_unavailable');
  });
});
