import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOpenaiStandIn, OPENAI_KEY, type OpenaiStandIn } from '../stand-ins/openai/openai-stand-in.ts';
import { readMetrics, sumOf } from '../support/metrics.ts';
import { until } from '../support/poll.ts';
import { withRedis } from '../support/redis-server.ts';
import { ask } from './ask.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts';
import { type Services, startServices, WORKER_TOKEN } from './services.ts';

const KEY = 'key-of-the-monitor-0001';
const AUTHORIZED = { headers: { authorization: `Bearer ${KEY}` } };
const PROMPT = 'a heron, marked sandpiper-7731';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER_SPAN = 'b7ad6b7169203331';

const workerEnv = (standIn: OpenaiStandIn) => ({
  ENGINES: 'openai',
  OPENAI_BASE_URL: `${standIn.url}/v1`,
  OPENAI_API_KEY: OPENAI_KEY,
  OPENAI_IMAGE_MODEL: 'gpt-image-1',
});

const refused = {
  error: { code: 'moderation_blocked', type: 'image_generation_user_error', message: 'no', param: null },
};

async function startStandIn(): Promise<OpenaiStandIn> {
  const standIn = await createOpenaiStandIn('openai');
  standIn.interfere(({ text }) => (text.includes('refuse me') ? { status: 400, body: refused } : undefined));
  return standIn;
}

async function scrape(url: string, token: string) {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4; charset=utf-8$/);
  return readMetrics(await response.text());
}

const inTrace = (receiver: OtlpReceiver): readonly ReceivedSpan[] =>
  receiver.spans.filter(({ traceId }) => traceId === TRACE);

const named = (receiver: OtlpReceiver, name: string): ReceivedSpan => {
  const found = inTrace(receiver).filter((span) => span.name === name);
  assert.equal(found.length, 1, `${name} among ${inTrace(receiver).map((span) => span.name)}`);
  return found[0] as ReceivedSpan;
};

/** Request, wait in the queue, engine and store are spans of one trace, below the caller's own span. */
function assertOneTrace(receiver: OtlpReceiver, queue: { readonly name: string; readonly service: string }): void {
  assert.deepEqual(receiver.faults, []);
  const request = named(receiver, 'GET /generate');
  assert.deepEqual([request.parentSpanId, request.service, request.kind], [CALLER_SPAN, 'easel-gateway', 2]);
  assert.deepEqual(
    [request.facts['easel.engine'], request.facts['easel.cache'], request.facts['http.response.status_code']],
    ['openai', 'made', '200'],
  );
  const waited = named(receiver, queue.name);
  assert.deepEqual([waited.parentSpanId, waited.service], [request.spanId, queue.service]);
  const production = named(receiver, 'production');
  assert.deepEqual([production.parentSpanId, production.service], [request.spanId, 'easel-worker']);
  for (const name of ['generate', 'upload', 'engine openai', 'store disk'])
    assert.equal(named(receiver, name).parentSpanId, production.spanId);
  for (const text of receiver.texts) assert.doesNotMatch(text, /sandpiper|key-of-the|sk-stand-in/);
  for (const sent of receiver.headers) assert.equal(sent['x-collector-key'], 'c,d');
}

describe('metrics and traces of a gateway with its worker', () => {
  let standIn: OpenaiStandIn;
  let receiver: OtlpReceiver;
  let services: Services;
  before(async () => {
    standIn = await startStandIn();
    receiver = await startOtlpReceiver();
    services = await startServices({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=c%2Cd' },
      gatewayEnv: { API_KEYS: `monitor:${KEY}` },
      workerEnv: workerEnv(standIn),
    });
  });
  after(async () => {
    await services.stop();
    await receiver.close();
    await standIn.close();
  });

  test('the figures agree with what was sent, and the log lines name what was used', async () => {
    const { url, workerUrl, gateway, worker } = services;
    const traceparent = `00-${TRACE}-${CALLER_SPAN}-01`;
    const first = await ask(url, { prompt: PROMPT, seed: 1 }, { headers: { ...AUTHORIZED.headers, traceparent } });
    assert.equal(first.status, 200);
    for (const seed of [2, 3]) await ask(url, { prompt: PROMPT, seed }, AUTHORIZED);
    for (let times = 0; times < 4; times += 1) await ask(url, { prompt: PROMPT, seed: 2 }, AUTHORIZED);
    const shared = { prompt: PROMPT, seed: 9 };
    await Promise.all([ask(url, shared, AUTHORIZED), ask(url, shared, AUTHORIZED)]);
    for (const seed of [4, 5]) assert.equal((await ask(url, { prompt: 'refuse me', seed }, AUTHORIZED)).status, 422);
    assert.equal((await ask(url, { prompt: '' }, AUTHORIZED)).status, 400);
    assert.equal((await ask(url, { prompt: PROMPT })).status, 401);

    const atGateway = await scrape(url, KEY);
    const dialect = 'generate';
    const answered = (code: string) => sumOf(atGateway, 'easel_requests_total', { dialect, code });
    assert.deepEqual(['ok', 'prompt_refused', 'invalid_request', 'unauthorized'].map(answered), [9, 2, 1, 1]);
    const joined = sumOf(atGateway, 'easel_joins_total');
    assert.equal(sumOf(atGateway, 'easel_cache_hits_total') + joined, 5);
    assert.equal(sumOf(atGateway, 'easel_request_seconds_count', { dialect }), 13);
    assert.equal(sumOf(atGateway, 'easel_queue_wait_seconds_count'), 6);
    assert.equal(sumOf(atGateway, 'easel_workers', { state: 'ready' }), 1);
    assert.ok(sumOf(atGateway, 'easel_bytes_out_total', { to: 'client' }) > 5000);

    const atWorker = await scrape(workerUrl, WORKER_TOKEN);
    const ended = (outcome: string) => sumOf(atWorker, 'easel_jobs_total', { engine: 'openai', outcome });
    assert.deepEqual(['done', 'prompt_refused'].map(ended), [4, 2]);
    assert.equal(sumOf(atWorker, 'easel_jobs_total'), 6);
    assert.equal(sumOf(atWorker, 'easel_engine_results_total', { engine: 'openai', outcome: 'done' }), 4);
    assert.equal(sumOf(atWorker, 'easel_store_results_total', { store: 'disk', outcome: 'done' }), 4);
    assert.equal(sumOf(atWorker, 'easel_stage_seconds_count', { stage: 'upload', engine: 'openai' }), 4);
    assert.equal(sumOf(atWorker, 'easel_engine_quota_remaining', { engine: 'openai', unit: 'requests' }), 41);
    assert.equal(sumOf(atWorker, 'easel_jobs_running'), 0);
    assert.ok(sumOf(atWorker, 'easel_bytes_out_total', { to: 'store' }) > 1000);
    for (const all of [atGateway, atWorker]) {
      assert.equal(sumOf(all, 'easel_build_info'), 1);
      assert.ok(sumOf(all, 'easel_awake_seconds_total') > 0);
    }

    const jobId = first.headers.get('x-job-id');
    const line = JSON.parse(gateway.logged.find((text) => text.includes(`"${jobId}"`)) ?? '{}');
    const { dialect: spoken, keyName, cache, engine, worker: by } = line;
    assert.deepEqual([spoken, keyName, cache, engine], ['generate', 'monitor', 'made', 'openai']);
    assert.match(by, new RegExp(`:${worker.pid}$`));
    const produced = worker.logged.find((text) => text.includes(`"${first.headers.get('x-request-id')}"`));
    const { engine: used, worker: name, run } = JSON.parse(produced ?? '{}');
    assert.deepEqual([used, name, typeof run], ['openai', by, 'string']);
  });

  test('metrics need a key', async () => {
    assert.equal((await fetch(`${services.url}/metrics`)).status, 401);
    assert.equal((await fetch(`${services.workerUrl}/metrics`)).status, 401);
  });

  test('one trace leads from the request through the queue to the engine and the store', async () => {
    await until(() => inTrace(receiver).some(({ name }) => name === 'production'), 'the spans');
    await until(() => inTrace(receiver).some(({ name }) => name === 'GET /generate'), 'the spans');
    assertOneTrace(receiver, { name: 'queue wait', service: 'easel-gateway' });
    const failed = receiver.spans.filter(({ status }) => status.message === 'prompt_refused');
    assert.deepEqual(failed.map(({ name }) => name).sort(), [
      'engine openai',
      'engine openai',
      'production',
      'production',
    ]);
  });
});

withRedis(() => {
  describe('traces over a shared queue', () => {
    let standIn: OpenaiStandIn;
    let receiver: OtlpReceiver;
    let cluster: Cluster;
    before(async () => {
      standIn = await startStandIn();
      receiver = await startOtlpReceiver();
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=c%2Cd' };
      cluster = await startCluster({
        ...{ gateways: 1, workers: 1, gatewayEnv: env },
        workerEnv: { ...env, ...workerEnv(standIn), STORES: 'disk' },
      });
    });
    after(async () => {
      await cluster.stop();
      await receiver.close();
      await standIn.close();
    });

    test('one trace also contains the spans across the queue', async () => {
      const headers = { traceparent: `00-${TRACE}-${CALLER_SPAN}-01` };
      const [gateway] = cluster.gateways;
      const { status } = await ask(gateway?.url ?? '', { prompt: PROMPT, seed: 1 }, { headers });
      assert.equal(status, 200);
      await until(() => inTrace(receiver).some(({ name }) => name === 'production'), 'the spans');
      await until(() => inTrace(receiver).some(({ name }) => name === 'GET /generate'), 'the spans');
      assertOneTrace(receiver, { name: 'queue wait', service: 'easel-worker' });
      const [worker] = cluster.workers;
      const atWorker = await scrape(worker?.url ?? '', WORKER_TOKEN);
      assert.equal(sumOf(atWorker, 'easel_queue_wait_seconds_count'), 1);
    });
  });
});
