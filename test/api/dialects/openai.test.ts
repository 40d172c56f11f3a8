import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ALIASES } from '../../../api/dialects/openai/models.ts';
import { AppError, ERRORS } from '../../../shared/errors.ts';
import { dialectContract, doneWith, pending } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const path = '/v1/images/generations';
const b64_json = PICTURE_BYTES.toString('base64');
const usage = {
  total_tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
};
const output = { background: 'opaque', output_format: 'png', quality: 'auto', usage };
const byDefault = { format: 'png', deliver: 'bytes' } as const;

const TYPES: Record<string, [type: string, code: string, status: number]> = {
  unauthorized: ['invalid_request_error', 'invalid_api_key', 401],
  rate_limited: ['requests', 'rate_limit_exceeded', 429],
  prompt_refused: ['image_generation_user_error', 'moderation_blocked', 400],
};

dialectContract({
  name: 'openai',
  generate: { path, body: { prompt: 'fox', model: 'gpt-image-1' } },
  toError: (code, message) => {
    const { status: usual } = ERRORS[code];
    const [type, name, status] = TYPES[code] ?? [usual < 500 ? 'invalid_request_error' : 'server_error', code, usual];
    return { status, body: { error: { message, type, param: null, code: name } } };
  },
  wrong: { call: { path, body: { prompt: 'fox', size: 'huge' } }, blamed: '"param":"size"' },
  pairs: [
    {
      name: 'a GPT image model gets base64',
      call: { path, body: { prompt: 'fox', model: 'gpt-image-1', size: 'auto', quality: 'high', n: 2, user: 'me' } },
      draft: { ...byDefault, prompt: 'fox', count: 2, preferredEngine: 'gpt-image-1' },
      status: 200,
      answer: {
        created: 1000,
        data: [
          { b64_json, seed: 123456 },
          { b64_json, seed: 123457 },
        ],
        ...output,
        quality: 'high',
        size: '768x768',
      },
    },
    {
      name: 'a dall-e model gets an address',
      call: { path, body: { prompt: 'fox', model: 'dall-e-3', size: '1024x1792', style: 'vivid' } },
      draft: { prompt: 'fox', width: 1024, height: 1792, format: 'png', deliver: 'url', preferredEngine: 'dall-e-3' },
      status: 200,
      answer: {
        created: 1000,
        data: [{ url: '{url}/images/picture-0.png', seed: 123456 }],
        ...output,
        size: '1024x1792',
      },
    },
    {
      name: 'without a model the answer is an address, as at OpenAI',
      call: { path, body: { prompt: 'fox' } },
      draft: { prompt: 'fox', format: 'png', deliver: 'url' },
      status: 200,
    },
    {
      name: 'without a model, but with a parameter of the GPT image models: base64',
      call: { path, body: { prompt: 'fox', output_format: 'jpeg' } },
      draft: { prompt: 'fox', format: 'jpeg', deliver: 'bytes' },
      status: 200,
    },
    {
      name: 'Together’s fields',
      call: {
        path,
        body: {
          prompt: 'fox',
          model: 'black-forest-labs/FLUX.1-schnell',
          response_format: 'base64',
          width: 768,
          height: 512,
          steps: 4,
          seed: 5,
        },
      },
      draft: {
        ...byDefault,
        prompt: 'fox',
        width: 768,
        height: 512,
        steps: 4,
        seed: 5,
        preferredEngine: 'black-forest-labs/FLUX.1-schnell',
      },
      status: 200,
      answer: { created: 1000, data: [{ b64_json, seed: 5 }], ...output, size: '768x512' },
    },
    {
      name: 'response_format wins over the default of the model',
      call: { path, body: { prompt: 'fox', model: 'dall-e-2', response_format: 'b64_json' } },
      draft: { ...byDefault, prompt: 'fox', preferredEngine: 'dall-e-2' },
      status: 200,
      answer: { created: 1000, data: [{ b64_json, seed: 123456 }], ...output, size: '768x768' },
    },
    {
      name: 'the extra fields work, unknown ones are accepted',
      call: {
        path,
        body: {
          prompt: 'fox',
          seed: 42,
          negative_prompt: 'blurry',
          guidance_scale: 5,
          steps: 30,
          engine: 'sketch',
          output_format: 'webp',
          moderation: 'low',
          something_new: { deep: true },
        },
      },
      draft: {
        prompt: 'fox',
        seed: 42,
        negativePrompt: 'blurry',
        guidanceScale: 5,
        steps: 30,
        engine: 'sketch',
        format: 'webp',
        deliver: 'bytes',
      },
      status: 200,
    },
    {
      name: 'a model that is an engine is preferred',
      call: { path, body: { prompt: 'fox', model: 'sketch' } },
      draft: { ...byDefault, prompt: 'fox', preferredEngine: 'sketch' },
      given: doneWith({ warnings: ['The size is another.'] }),
      status: 200,
      check: ({ headers }) => {
        assert.equal(headers.get('x-warnings'), 'The size is another.');
        assert.equal(headers.get('x-engine'), 'sketch');
      },
    },
    {
      name: 'still being made is an error that clients retry by themselves',
      call: { path, body: { prompt: 'fox' }, headers: { 'x-stainless-lang': 'js' } },
      given: pending,
      status: 503,
      check: ({ headers }) => {
        assert.equal(headers.get('x-should-retry'), 'true');
        assert.equal(headers.get('retry-after'), '12');
      },
    },
    {
      name: 'a refusal must not be retried',
      call: { path, body: { prompt: 'fox' } },
      given: (jobs) => {
        jobs.outcome = () => ({ status: 'failed', error: new AppError('prompt_refused', 'policy') });
      },
      status: 400,
      check: ({ headers }) => assert.equal(headers.get('x-should-retry'), 'false'),
    },
    ...['15x512', '4097x512', '512', '512X512', '-512x512', 'auto '].map((size) => ({
      name: `the size ${size} is refused with the name of the field`,
      call: { path, body: { prompt: 'fox', size } },
      status: 400,
      check: ({ json }: { json: unknown }) => assert.equal((json as { error: { param: string } }).error.param, 'size'),
    })),
    {
      name: 'models are the engines and the names of fixed lists',
      call: { path: '/v1/models' },
      status: 200,
      check: ({ json }) => {
        const { object, data } = json as { object: string; data: { id: string }[] };
        assert.equal(object, 'list');
        assert.deepEqual(
          data.map(({ id }) => id),
          ['perchance', 'sketch', ...ALIASES],
        );
      },
    },
    ...['gpt-image-2', 'gpt-image-2-2026-04-21', 'gpt-image-2.6-flare', 'gpt-image-9', 'dall-e-3'].map((id) => ({
      name: `the model ${id} is there`,
      call: { path: `/v1/models/${id}` },
      status: 200,
      answer: { id, object: 'model', created: 1000, owned_by: 'easel' },
    })),
    {
      name: 'an unknown model is 404 with OpenAI’s text',
      call: { path: '/v1/models/nothing' },
      status: 404,
      answer: {
        error: {
          message: 'There is no such model here.',
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
        },
      },
    },
    {
      name: 'an unknown address below /v1 is 404 with OpenAI’s text',
      call: { path: '/v1/chat/completions', body: {} },
      status: 404,
      check: ({ json }) => assert.equal((json as { error: { code: string } }).error.code, 'not_found'),
    },
  ],
});

describe('streams of the openai dialect', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  async function stream(body: object): Promise<{ event: string; data: Record<string, unknown> }[]> {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, ...body }),
    });
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const blocks = (await response.text()).split('\n\n').filter((block) => block.startsWith('event'));
    return blocks.map((block) => {
      const [, event = '', data = ''] = /event: (.*)\ndata: (.*)/.exec(block) ?? [];
      return { event, data: JSON.parse(data) as Record<string, unknown> };
    });
  }

  test('partial pictures are those of the engine, then the final one follows', async () => {
    const preview = (base64: string) => ({ preview: { mediaType: 'image/jpeg' as const, base64 } });
    gateway.jobs.events = [{}, preview('AAAA'), preview('BBBB')];
    const events = await stream({ prompt: 'fox', partial_images: 2 });
    const partials = events.filter(({ event }) => event === 'image_generation.partial_image');
    assert.deepEqual(
      partials.map(({ data }) => [data.b64_json, data.partial_image_index, data.output_format]),
      [
        ['AAAA', 0, 'jpeg'],
        ['BBBB', 1, 'jpeg'],
      ],
    );
    const completed = events.at(-1);
    assert.equal(completed?.event, 'image_generation.completed');
    assert.equal(completed?.data.b64_json, b64_json);
    assert.deepEqual(completed?.data.usage, usage);
    assert.equal(gateway.jobs.submissions.at(-1)?.draft.previews, 2);
  });

  test('a preview has no size field, and no caller gets more previews than requested', async () => {
    const preview = { mediaType: 'image/png' as const, base64: 'AAAA' };
    gateway.jobs.events = [{ preview }, { preview }];
    const { outcome } = gateway.jobs;
    pending(gateway.jobs);
    const events = await stream({ prompt: 'fox', partial_images: 1 });
    gateway.jobs.outcome = outcome;
    assert.deepEqual(
      events.map(({ event, data }) => [event, data.size, data.output_format, data.usage]),
      [['image_generation.partial_image', 'auto', 'png', undefined]],
    );
  });

  test('a picture that cannot be fetched becomes an error event', async () => {
    gateway.jobs.events = [];
    const { openPicture } = gateway.jobs;
    gateway.jobs.openPicture = () => Promise.reject(new AppError('worker_unavailable', 'internal words'));
    const [event, ...rest] = await stream({ prompt: 'fox' });
    gateway.jobs.openPicture = openPicture;
    const { message } = ERRORS.worker_unavailable;
    const error = { message, type: 'server_error', param: null, code: 'worker_unavailable' };
    assert.deepEqual(event, { event: 'error', data: { type: 'error', error } });
    assert.deepEqual(rest, []);
  });

  test('a failure is an error event in OpenAI’s shape', async () => {
    gateway.jobs.events = [];
    gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError('engine_failed', 'internal words') });
    const events = await stream({ prompt: 'fox' });
    assert.deepEqual(events, [
      {
        event: 'error',
        data: {
          type: 'error',
          error: {
            message: ERRORS.engine_failed.message,
            type: 'server_error',
            param: null,
            code: 'engine_failed',
          },
        },
      },
    ]);
  });

  test('several pictures in one stream are refused with the name of the field', async () => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'fox', stream: true, n: 2 }),
    });
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { error: { param: string } }).error.param, 'n');
  });
});
