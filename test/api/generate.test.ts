import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AppError } from '../../shared/errors.ts';
import { DRAWN_SEED, PICTURE_BYTES, toResult } from './fake-jobs.ts';
import { startGateway, type TestGateway } from './gateway.ts';

describe('GET /generate', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const get = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/generate?${query}`, { headers, redirect: 'manual' });

  test('answers the address of the picture, and the values that were used', async () => {
    const response = await get('prompt=a+red+fox&negative_prompt=blurry&shape=landscape&guidance_scale=8.5');
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), {
      success: true,
      image_url: `${gateway.url}/images/picture-0.png`,
      prompt: 'a red fox',
      negative_prompt: 'blurry',
      seed: DRAWN_SEED,
      shape: 'landscape',
      guidance_scale: 8.5,
      engine: 'sketch',
      width: 768,
      height: 768,
      job_id: 'job-1',
      warnings: [],
      cached: false,
      store: 'disk',
    });
    assert.equal(response.headers.get('x-engine'), 'sketch');
    assert.match(response.headers.get('server-timing') ?? '', /queue;dur=1, generate;dur=20/);
    assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f]{24}$/);
  });

  test('fills in the documented defaults', async () => {
    await get('prompt=fox');
    const draft = gateway.jobs.submissions.at(-1)?.draft;
    assert.deepEqual(draft, {
      prompt: 'fox',
      guidanceScale: 7,
      shape: 'square',
      strict: false,
      safe: false,
      format: 'png',
      previews: 0,
      count: 1,
      deliver: 'url',
    });
  });

  test('keeps prompts of any script as they are', async () => {
    for (const prompt of [
      '生活的真谛是',
      'עברית וערבית العربية',
      '🦊'.repeat(2000),
      'line\none\ttab',
      '100% & <b>=+',
    ]) {
      const response = await get(new URLSearchParams({ prompt }).toString());
      assert.equal(response.status, 200, prompt.slice(0, 20));
      assert.equal(gateway.jobs.submissions.at(-1)?.draft.prompt, prompt);
    }
  });

  test('output=image sends the bytes, output=redirect redirects to them', async () => {
    const image = await get('prompt=fox&output=image');
    assert.equal(image.headers.get('content-type'), 'image/png');
    assert.deepEqual(Buffer.from(await image.arrayBuffer()), PICTURE_BYTES);
    assert.equal(image.headers.get('x-seed'), String(DRAWN_SEED));
    const redirect = await get('prompt=fox&output=redirect');
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.get('location'), `${gateway.url}/images/picture-0.png`);
  });

  test('Prefer: respond-async answers 202 with an address to watch', async () => {
    gateway.jobs.outcome = () => ({ status: 'queued', queuePosition: 3, etaSeconds: 400 });
    const response = await get('prompt=fox', { prefer: 'respond-async' });
    gateway.jobs.outcome = (request) => ({ status: 'done', result: toResult(request), progress: 1 });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('retry-after'), '60');
    const body = (await response.json()) as Record<string, unknown>;
    assert.equal(body.status_url, `${gateway.url}/jobs/${body.job_id}`);
    assert.equal(body.queue_position, 3);
    assert.equal(gateway.jobs.submissions.at(-1)?.options.asynchronous, true);
  });

  test('Prefer: respond-async does not call a job pending that has failed already', async () => {
    const { outcome } = gateway.jobs;
    gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError('engine_failed', 'internal words') });
    const response = await get('prompt=fox', { prefer: 'respond-async' });
    gateway.jobs.outcome = outcome;
    assert.equal(response.status, 502);
    assert.equal(((await response.json()) as { code: string }).code, 'engine_failed');
  });

  test('every error code has its status, shape and Retry-After', async () => {
    const outcome = gateway.jobs.outcome;
    const cases = [
      ['engine_challenge', 503, '60'],
      ['queue_full', 503, '10'],
      ['worker_waking', 503, '10'],
      ['engine_timeout', 504, null],
      ['store_failed', 502, null],
      ['prompt_refused', 422, null],
      ['internal', 500, null],
    ] as const;
    for (const [code, status, retryAfter] of cases) {
      gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError(code, 'secret upstream words') });
      const response = await get('prompt=fox');
      const body = (await response.json()) as Record<string, unknown>;
      assert.equal(response.status, status);
      assert.equal(body.success, false);
      assert.equal(body.code, code);
      assert.equal(response.headers.get('retry-after'), retryAfter);
      assert.doesNotMatch(JSON.stringify(body), /secret upstream words|never-to-be-shown/);
    }
    gateway.jobs.outcome = outcome;
  });

  test('neither prompts nor keys reach the log', async () => {
    await get('prompt=unrepeatable-words&key=sesame-sesame');
    await get('prompt=unrepeatable-words&seed=x');
    assert.doesNotMatch(gateway.logged.join(''), /unrepeatable|sesame/);
  });

  test('a request id and a trace that came are kept', async () => {
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const response = await get('prompt=fox', { 'x-request-id': 'mine-1', traceparent: parent });
    assert.equal(response.headers.get('x-request-id'), 'mine-1');
    assert.match(response.headers.get('traceparent') ?? '', /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  });

  test('a path with another method is 405 with Allow, an unknown one 404, both JSON', async () => {
    const wrongMethod = await fetch(`${gateway.url}/generate?prompt=fox`, { method: 'PUT' });
    assert.equal(wrongMethod.status, 405);
    assert.match(wrongMethod.headers.get('allow') ?? '', /GET/);
    const unknown = await fetch(`${gateway.url}/nothing/here`);
    assert.equal(unknown.status, 404);
    assert.equal(((await unknown.json()) as { code: string }).code, 'not_found');
  });
});
