import assert from 'node:assert/strict';
import { engineContract } from '../../../contracts/engine.ts';
import { echo } from '../../../stand-ins/http-stand-in.ts';
import { HUGGING_FACE_KEY } from '../../../stand-ins/huggingface/huggingface-stand-in.ts';
import { advises, answering, createSubject, type HuggingfaceSubject, saying } from './subject.ts';

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
    standIn.neverEnds = true;
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
