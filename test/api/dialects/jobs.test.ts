import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AppError, ERRORS } from '../../../shared/errors.ts';
import { dialectContract, pending } from '../../contracts/dialect.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const created_at = new Date(1000).toISOString();
const picture = (index: number) => ({
  image_url: `{url}/images/picture-${index}.png`,
  width: 512,
  height: 640,
  seed: 7 + index,
  store: 'disk',
});

dialectContract({
  name: 'jobs',
  generate: { path: '/jobs', body: { prompt: 'fox' } },
  poll: ({ job_id }) => ({ path: `/jobs/${job_id}/nothing-here` }),
  toError: () => ({
    status: 404,
    body: {
      success: false,
      error: 'There is no such address here; see /.',
      code: 'not_found',
      retryable: false,
    },
  }),
  wrong: { call: { path: '/jobs', body: { prompt: 'fox', count: 5 } }, blamed: 'count' },
  pairs: [
    {
      name: 'the canonical request, as JSON',
      call: {
        path: '/jobs',
        headers: { 'idempotency-key': 'key-1' },
        body: {
          prompt: 'fox',
          negative_prompt: 'blurry',
          seed: 7,
          guidance_scale: 5,
          steps: 30,
          width: 512,
          height: 640,
          count: 2,
          sampler: 'Euler a',
          scheduler: 'Karras',
          engine: 'sketch',
          strict: true,
          format: 'webp',
          engine_options: { sketch: { denoise: 1 } },
        },
      },
      draft: {
        prompt: 'fox',
        negativePrompt: 'blurry',
        seed: 7,
        guidanceScale: 5,
        steps: 30,
        shape: 'portrait',
        width: 512,
        height: 640,
        count: 2,
        sampler: 'Euler a',
        scheduler: 'Karras',
        engine: 'sketch',
        strict: true,
        format: 'webp',
        deliver: 'url',
        engineOptions: { sketch: { denoise: 1 } },
      },
      status: 202,
      answer: {
        success: true,
        job_id: 'job-1',
        status: 'done',
        progress: 1,
        engine: 'sketch',
        images: [picture(0), picture(1)],
        image_url: '{url}/images/picture-0.png',
        warnings: [],
        cached: false,
        status_url: '{url}/jobs/job-1',
        events_url: '{url}/jobs/job-1/events',
        created_at,
        finished_at: new Date(2000).toISOString(),
      },
    },
    {
      name: 'one side of a size alone is refused',
      call: { path: '/jobs', body: { prompt: 'fox', width: 512 } },
      status: 400,
      check: ({ json }) => assert.equal((json as { field: string }).field, 'height'),
    },
    {
      name: 'an unknown id is 404',
      call: { path: '/jobs/nothing' },
      status: 404,
    },
  ],
});

describe('a job', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const accept = async (body: object): Promise<string> => {
    const response = await fetch(`${gateway.url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(response.headers.get('location')?.startsWith('/jobs/'), true);
    return ((await response.json()) as { job_id: string }).job_id;
  };
  const find = async (id: string) =>
    (await fetch(`${gateway.url}/jobs/${id}`)).json() as Promise<Record<string, unknown>>;

  test('shows stage, progress and the engine’s status while it runs', async () => {
    const { outcome } = gateway.jobs;
    pending(gateway.jobs);
    const job = await find(await accept({ prompt: 'fox' }));
    gateway.jobs.outcome = outcome;
    assert.equal(job.status, 'running');
    assert.equal(job.stage, 'generate');
    assert.equal(job.progress, 0.5);
    assert.equal(job.engine_status, 'painting');
    assert.equal(job.eta_seconds, 12);
  });

  test('that failed is found with its code and status 200, because the call itself succeeded', async () => {
    const { outcome } = gateway.jobs;
    gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError('engine_challenge', 'internal words') });
    const id = await accept({ prompt: 'fox' });
    gateway.jobs.outcome = outcome;
    const job = await find(id);
    assert.equal(job.success, false);
    assert.equal(job.code, 'engine_challenge');
    assert.equal(job.error, ERRORS.engine_challenge.message);
  });

  test('is followed as events named after its status, and ends with it', async () => {
    const id = await accept({ prompt: 'fox' });
    gateway.jobs.events = [{ preview: { mediaType: 'image/png', base64: 'AAAA' } }];
    const response = await fetch(`${gateway.url}/jobs/${id}/events`, { headers: { 'last-event-id': '0' } });
    const text = await response.text();
    assert.match(text, /id: 1\nevent: preview\ndata: .*"preview":"data:image\/png;base64,AAAA"/);
    assert.match(text, /id: 2\nevent: done\ndata: .*"image_url"/);
    assert.ok(text.endsWith('\n\n'));
  });

  test('is cancelled by DELETE', async () => {
    const id = await accept({ prompt: 'fox' });
    const response = await fetch(`${gateway.url}/jobs/${id}`, { method: 'DELETE' });
    assert.equal(((await response.json()) as { status: string }).status, 'cancelled');
    assert.deepEqual(gateway.jobs.cancelled, [id]);
  });
});
