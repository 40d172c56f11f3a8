import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readSettings } from '../../../../shared/config.ts';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { AppError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/log.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { huggingface } from '../../../../worker/engines/huggingface/index.ts';
import { type EngineSubject, engineContract } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { createHurriedClock } from '../../../contracts/hurried-clock.ts';
import { echo, type Misbehaviour, type StandInReply } from '../../../stand-ins/http-stand-in.ts';
import {
  createHuggingfaceStandIn,
  HUGGING_FACE_KEY,
  HUGGING_FACE_MODEL,
  type HuggingfaceStandIn,
} from '../../../stand-ins/huggingface/huggingface-stand-in.ts';

interface HuggingfaceSubject extends EngineSubject {
  readonly standIn: HuggingfaceStandIn;
}

async function createSubject(provider: string, log?: Logger, environment = {}): Promise<HuggingfaceSubject> {
  const standIn = await createHuggingfaceStandIn();
  const settings = readSettings(huggingface.settings, {
    HUGGING_FACE_API_URL: `${standIn.url}/hf-inference`,
    HUGGING_FACE_API_KEY: HUGGING_FACE_KEY,
    HUGGING_FACE_MODEL,
    HUGGING_FACE_PROVIDER: provider,
    ...environment,
  });
  const engine = huggingface.create(settings, createEngineServices({ clock: createHurriedClock(), log }));
  return { engine, standIn, secrets: [HUGGING_FACE_KEY], close: () => standIn.close() };
}

const answering =
  (answer: StandInReply | Misbehaviour, path = /^/) =>
  ({ standIn }: HuggingfaceSubject): void =>
    standIn.interfere((request) => (path.test(request.path) ? answer : undefined));

const saying = (status: number, error: unknown, headers = {}) => answering({ status, headers, body: { error } });
const advises = (words: RegExp) => (error: AppError) => assert.match(error.publicMessage, words);

const common = {
  name: 'huggingface',
  stall: answering('hang', /models|generations|predictions|fal-ai/),
  mend: ({ standIn }: HuggingfaceSubject) => standIn.mend(),
};

engineContract<HuggingfaceSubject>({
  ...common,
  create: (log) => createSubject('hf-inference', log),
  underway: ({ standIn }) => standIn.nextRequest(/hf-inference/),
  faults: [
    {
      name: 'an error that echoes the request',
      code: 'engine_failed',
      provoke: ({ standIn }) => standIn.interfere(echo),
    },
    {
      name: 'a model that it does not serve',
      code: 'engine_changed',
      provoke: saying(400, 'Model not supported by provider hf-inference'),
      check: advises(/another HUGGING_FACE_MODEL/),
    },
    { name: 'another HTTP 400', code: 'engine_changed', provoke: saying(400, ['width must be smaller']) },
    {
      name: 'HTTP 401',
      code: 'engine_unauthorized',
      provoke: saying(401, `Invalid credentials ${HUGGING_FACE_KEY}`),
      check: advises(/HUGGING_FACE_API_KEY/),
    },
    {
      name: 'HTTP 402',
      code: 'engine_unauthorized',
      provoke: saying(402, 'You have depleted your monthly included credits.'),
      check: advises(/buy credits/),
    },
    {
      name: 'HTTP 403',
      code: 'engine_unauthorized',
      provoke: saying(403, 'This authentication method does not have sufficient permissions'),
      check: advises(/Make calls to Inference Providers/),
    },
    {
      name: 'a provider without pay-as-you-go',
      code: 'engine_unauthorized',
      provoke: saying(403, 'Pay-as-you go is not enabled for provider fal-ai yet.'),
      check: advises(/credits/),
    },
    {
      name: 'HTTP 404',
      code: 'engine_changed',
      provoke: saying(404, 'Not Found'),
      check: advises(/HUGGING_FACE_MODEL/),
    },
    {
      name: 'HTTP 410',
      code: 'engine_changed',
      provoke: saying(410, 'The requested model is deprecated and no longer supported by provider hf-inference'),
      check: advises(/any more/),
    },
    {
      name: 'the old host',
      code: 'engine_changed',
      provoke: saying(410, 'https://api-inference.huggingface.co is no longer supported.'),
    },
    {
      name: 'HTTP 429',
      code: 'engine_busy',
      provoke: saying(429, 'rate limited', { ratelimit: '"inference";r=0;t=120' }),
      check: ({ details }) => assert.deepEqual([details.restMs, details.retryAfterSeconds], [120_000, 60]),
    },
    {
      name: 'a model that is loading',
      code: 'engine_busy',
      provoke: answering({ status: 503, body: { error: 'Model is currently loading', estimated_time: 20.5 } }),
      check: ({ details }) => assert.deepEqual([details.restMs, details.retryAfterSeconds], [20_500, 21]),
    },
    { name: 'HTTP 500', code: 'engine_failed', provoke: saying(500, { message: 'CUDA error' }) },
    {
      name: 'HTTP 502 as HTML',
      code: 'engine_failed',
      provoke: answering({ status: 502, body: '<html><title>Bad gateway</title>' }),
    },
    { name: 'HTTP 503 without a body', code: 'engine_busy', provoke: answering({ status: 503, body: '' }) },
    { name: 'HTTP 504', code: 'engine_timeout', provoke: answering({ status: 504, body: '' }) },
    {
      name: 'an unknown HTTP status',
      code: 'engine_changed',
      provoke: answering({ status: 418, body: { detail: [{ msg: 'teapot' }] } }),
    },
    {
      name: 'a refused prompt',
      code: 'prompt_refused',
      provoke: saying(422, 'NSFW content detected in "a harbour at dusk with red sails"'),
    },
    {
      name: 'HTML in place of a picture',
      code: 'engine_changed',
      provoke: answering({ headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Log in</title>' }),
      check: advises(/HUGGING_FACE_API_URL/),
    },
    {
      name: 'text that calls itself a picture',
      code: 'engine_failed',
      provoke: answering({ headers: { 'content-type': 'image/png' }, body: 'not a picture' }),
    },
    { name: 'JSON without a picture', code: 'engine_changed', provoke: answering({ body: { data: [] } }) },
    {
      name: 'a picture at a metadata address',
      code: 'engine_changed',
      provoke: answering({ body: { output: ['http://[fd00:ec2::254]/a.png'] } }),
    },
    { name: 'a connection reset', code: 'engine_failed', provoke: answering('reset') },
    { name: 'a truncated body', code: 'engine_failed', provoke: answering('truncate') },
    { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip') },
    {
      name: 'a human check',
      code: 'engine_challenge',
      provoke: answering({ status: 403, headers: { 'cf-mitigated': 'challenge' }, body: '' }),
    },
    {
      name: 'options that are not known',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { options: { model: 'x' } },
    },
  ],
});

engineContract<HuggingfaceSubject>({
  ...common,
  variant: 'through a queue',
  create: (log) => createSubject('fal-ai', log),
  stall: ({ standIn }) => {
    standIn.neverFinishes = true;
  },
  underway: ({ standIn }) => standIn.nextRequest(/status/),
  faults: [
    { name: 'a failed task', code: 'engine_failed', provoke: answering({ body: { status: 'FAILED' } }, /status$/) },
    {
      name: 'an unknown status',
      code: 'engine_timeout',
      endless: true,
      provoke: answering({ body: { status: 'PONDERING' } }, /status$/),
    },
    {
      name: 'a status without a word',
      code: 'engine_timeout',
      endless: true,
      provoke: answering({ body: {} }, /status$/),
    },
    {
      name: 'an error while it waits',
      code: 'engine_failed',
      provoke: answering({ status: 500, body: '' }, /status$/),
    },
    {
      name: 'a result that is an error',
      code: 'prompt_refused',
      provoke: answering({ status: 422, body: { detail: [], message: 'content_policy_violation' } }, /requests\/\d+$/),
    },
    {
      name: 'a ticket that is no address',
      code: 'engine_changed',
      provoke: answering({ body: { request_id: 'r', response_url: 'nowhere' } }, /flux-schnell$/),
    },
    { name: 'a truncated picture', code: 'engine_failed', provoke: answering('truncate', /^\/files/) },
  ],
});

const REQUEST: EngineRequest = {
  ...{ prompt: 'a red fox', negativePrompt: 'blurred', seed: 7, count: 1, width: 832, height: 1216, shape: 'portrait' },
  ...{ guidanceScale: 3.5, steps: 4, previews: 0 },
};

describe('huggingface', () => {
  const subjects: HuggingfaceSubject[] = [];
  after(() => Promise.all(subjects.map(({ close }) => close())));

  async function using(provider: string, environment = {}) {
    const subject = await createSubject(provider, undefined, environment);
    subjects.push(subject);
    const run = async (changes: Partial<EngineRequest> = {}) => {
      const events: Omit<ProgressEvent, 'engine'>[] = [];
      const { signal } = new AbortController();
      const context = { signal, onProgress: (event: Omit<ProgressEvent, 'engine'>) => events.push(event) };
      const output = await subject.engine.generate({ ...REQUEST, ...changes }, context);
      const sent = subject.standIn.requests.findLast(({ method }) => method === 'POST');
      return { ...output, events, sent };
    };
    return { ...subject, run };
  }

  test('sends hf-inference its own shape, and keeps what is left of the quota', async () => {
    const { run, engine } = await using('hf-inference');
    const { sent } = await run({ scheduler: 'EulerDiscreteScheduler' });
    assert.equal(sent?.path, '/hf-inference/models/black-forest-labs/FLUX.1-schnell');
    assert.equal(sent.headers.authorization, `Bearer ${HUGGING_FACE_KEY}`);
    assert.deepEqual(sent.json, {
      inputs: 'a red fox',
      parameters: {
        ...{ negative_prompt: 'blurred', width: 832, height: 1216, seed: 7, num_inference_steps: 4 },
        ...{ guidance_scale: 3.5, scheduler: 'EulerDiscreteScheduler' },
      },
    });
    assert.equal(engine.quotaRemaining?.(), 99);
  });

  const WISH = { prompt: 'a red fox', negative_prompt: 'blurred', seed: 7 };
  const SIZE = { width: 832, height: 1216 };
  const STEPS = { num_inference_steps: 4, guidance_scale: 3.5 };
  const SHAPES: [string, string, object][] = [
    [
      'together',
      '/together/v1/images/generations',
      { ...WISH, ...SIZE, steps: 4, guidance: 3.5, model: 'acme/flux-schnell', response_format: 'base64' },
    ],
    [
      'nscale',
      '/nscale/v1/images/generations',
      { ...WISH, size: '832x1216', model: 'acme/flux-schnell', response_format: 'b64_json' },
    ],
    ['replicate', '/replicate/v1/models/acme/flux-schnell/predictions', { input: { ...WISH, ...SIZE, ...STEPS } }],
    ['fal-ai', '/fal-ai/acme/flux-schnell', { ...WISH, ...STEPS, image_size: SIZE }],
    ['wavespeed', '/wavespeed/api/v3/acme/flux-schnell', { ...WISH, ...SIZE, ...STEPS }],
  ];
  for (const [provider, path, body] of SHAPES) {
    test(`speaks ${provider}'s own shape, with its own name of the model`, async () => {
      const { run, standIn } = await using(provider);
      const { sent, images } = await run();
      assert.equal(images.length, 1);
      assert.deepEqual([sent?.path, sent?.json], [path, body]);
      await run();
      const asked = standIn.requests.filter((request) => request.path.startsWith('/api/models/'));
      assert.equal(asked.length, 1, 'asks the hub once');
      assert.equal(asked[0]?.headers.authorization, undefined, 'and without the token');
    });
  }

  test('sends a request that makes pictures only once, even when the connection is reset', async () => {
    const { run, standIn } = await using('hf-inference');
    await run();
    standIn.interfere(() => 'reset');
    await assert.rejects(run(), { code: 'engine_failed' });
    assert.equal(standIn.requests.length, 2);
  });

  test('asks Replicate to hold the answer until it is done', async () => {
    const { run } = await using('replicate');
    assert.equal((await run()).sent?.headers.prefer, 'wait');
  });

  test("tells a queue's own words", async () => {
    const { run } = await using('fal-ai');
    assert.deepEqual(
      (await run()).events.map(({ stage, engineStatus }) => engineStatus ?? stage),
      ['generate', 'IN_QUEUE', 'IN_PROGRESS', 'download'],
    );
  });

  test('says so when the provider does not serve the model', async () => {
    const { run, standIn } = await using('together');
    standIn.interfere(({ path }) =>
      path.startsWith('/api/') ? { body: { inferenceProviderMapping: {} } } : undefined,
    );
    await assert.rejects(run(), { code: 'engine_changed' });
    standIn.interfere(({ path }) =>
      path.startsWith('/api/') ? { status: 404, body: { error: 'Repository not found' } } : undefined,
    );
    await assert.rejects(run(), { code: 'engine_changed' });
    standIn.mend();
    await run();
  });

  test("needs a token: the operator's, or the caller's own", async () => {
    const { run, standIn } = await using('hf-inference', { HUGGING_FACE_API_KEY: '' });
    await assert.rejects(run(), { code: 'engine_unauthorized' });
    assert.equal(standIn.requests.length, 0);
    await run({ credential: HUGGING_FACE_KEY });
  });

  test('knows how many steps suit a model', async () => {
    const limitsOf = async (model: string, provider = 'hf-inference') =>
      (await using(provider, { HUGGING_FACE_MODEL: model })).engine.limits;
    assert.equal((await limitsOf('black-forest-labs/FLUX.1-schnell')).steps?.default, 4);
    assert.equal((await limitsOf('black-forest-labs/FLUX.1-dev')).guidanceScale?.default, 3.5);
    assert.equal((await limitsOf('stabilityai/sdxl-turbo')).guidanceScale?.default, 1);
    assert.equal((await limitsOf('stabilityai/stable-diffusion-xl-base-1.0')).guidanceScale?.default, 7);
    assert.equal((await limitsOf('any/model', 'nscale')).steps, undefined);
  });
});
