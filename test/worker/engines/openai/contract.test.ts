import assert from 'node:assert/strict';
import { engineContract } from '../../../contracts/engine.ts';
import { echo } from '../../../stand-ins/http-stand-in.ts';
import { OPENAI_KEY } from '../../../stand-ins/openai/openai-stand-in.ts';
import { advises, answering, createSubject, naming, type OpenaiSubject, refusing, SAFETY } from './subject.ts';

const common = {
  name: 'openai',
  stall: answering('hang'),
  underway: ({ standIn }: OpenaiSubject) => standIn.nextRequest(/generations/),
  mend: ({ standIn }: OpenaiSubject) => standIn.mend(),
};

engineContract<OpenaiSubject>({
  ...common,
  create: (log) => createSubject('openai', 'gpt-image-1', log),
  faults: [
    {
      name: 'an error that echoes the request',
      code: 'engine_failed',
      provoke: ({ standIn }) => standIn.interfere(echo),
    },
    {
      name: 'HTTP 401',
      code: 'engine_unauthorized',
      provoke: refusing(401, 'invalid_api_key', `Incorrect API key provided: ${OPENAI_KEY}`),
      check: advises(/OPENAI_API_KEY/),
    },
    {
      name: 'HTTP 402',
      code: 'engine_unauthorized',
      provoke: refusing(402, null, 'balance'),
      check: advises(/credit/),
    },
    {
      name: 'HTTP 403',
      code: 'engine_unauthorized',
      provoke: refusing(403, null, 'must be verified'),
      check: advises(/verified/),
    },
    {
      name: 'HTTP 404',
      code: 'engine_changed',
      provoke: refusing(404, 'model_not_found', 'no'),
      check: advises(/OPENAI_IMAGE_MODEL/),
    },
    { name: 'HTTP 400', code: 'engine_changed', provoke: refusing(400, 'invalid_value', "Invalid value: 'size'") },
    {
      name: 'moderation',
      code: 'prompt_refused',
      provoke: refusing(400, 'moderation_blocked', SAFETY, 'image_generation_user_error'),
    },
    {
      name: 'moderation of the DALL-E era',
      code: 'prompt_refused',
      provoke: refusing(400, 'content_policy_violation', SAFETY),
    },
    {
      name: 'moderation at Pollinations',
      code: 'prompt_refused',
      provoke: refusing(400, 'BAD_REQUEST', 'unsafe', 'safety_error'),
    },
    {
      name: 'HTTP 429',
      code: 'engine_busy',
      provoke: answering({
        status: 429,
        headers: { 'retry-after-ms': '1500' },
        body: { error: { code: 'rate_limit_exceeded' } },
      }),
      check: ({ details }) => assert.deepEqual([details.restMs, details.retryAfterSeconds], [1500, 2]),
    },
    {
      name: 'a spent quota',
      code: 'engine_unauthorized',
      provoke: refusing(429, 'insufficient_quota', 'quota'),
      check: advises(/credit/),
    },
    {
      name: "sd-server's plain error",
      code: 'engine_failed',
      provoke: answering({ status: 500, body: { error: 'generate_image returned no results' } }),
    },
    {
      name: 'HTTP 502 as HTML',
      code: 'engine_failed',
      provoke: answering({ status: 502, body: '<html><title>Bad gateway</title>' }),
    },
    { name: 'HTTP 503', code: 'engine_busy', provoke: answering({ status: 503, body: '' }) },
    { name: 'HTTP 504', code: 'engine_timeout', provoke: answering({ status: 504, body: '' }) },
    { name: 'an unknown HTTP status', code: 'engine_changed', provoke: answering({ status: 418, body: 'teapot' }) },
    {
      name: 'a human check',
      code: 'engine_challenge',
      provoke: answering({ status: 403, body: '<title>Just a moment...</title>' }),
    },
    { name: 'no pictures', code: 'engine_changed', provoke: answering({ body: { created: 1, data: [] } }) },
    {
      name: 'HTML in place of JSON',
      code: 'engine_changed',
      provoke: answering({ body: '<html><title>Welcome</title>' }),
    },
    {
      name: 'fewer pictures than asked',
      code: 'engine_failed',
      provoke: answering({ body: { data: [{ b64_json: 'AAAA' }] } }),
      request: { count: 2 },
    },
    {
      name: 'the wrong media type',
      code: 'engine_failed',
      provoke: answering({ body: { data: [{ b64_json: 'bm90IGEgcGljdHVyZQ==' }] } }),
    },
    {
      name: 'a picture at a metadata address',
      code: 'engine_changed',
      provoke: naming('http://169.254.169.254/a.png'),
    },
    { name: 'a picture in a file', code: 'engine_changed', provoke: naming('file:///etc/passwd') },
    { name: 'a connection reset', code: 'engine_failed', provoke: answering('reset') },
    { name: 'a truncated body', code: 'engine_failed', provoke: answering('truncate') },
    { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip') },
    {
      name: 'a redirect',
      code: 'engine_changed',
      provoke: answering({ status: 301, headers: { location: 'http://127.0.0.1/' }, body: '' }),
    },
    {
      name: 'options that are not known',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { options: { quality: 'best' } },
    },
  ],
});

engineContract<OpenaiSubject>({
  ...common,
  variant: 'on a server that answers addresses',
  async create(log) {
    const subject = await createSubject('localai', 'flux', log);
    subject.standIn.refuses = ['response_format'];
    return subject;
  },
  mend: ({ standIn }) => {
    standIn.mend();
    standIn.refuses = ['response_format'];
  },
  faults: [
    {
      name: 'a picture that is gone',
      code: 'engine_failed',
      provoke: answering({ status: 404, body: '' }, '/generated'),
    },
    { name: 'a truncated picture', code: 'engine_failed', provoke: answering('truncate', '/generated') },
    {
      name: 'a picture of the wrong media type',
      code: 'engine_failed',
      provoke: answering({ body: '<html>' }, '/generated'),
    },
  ],
});

engineContract<OpenaiSubject>({
  ...common,
  variant: 'on sd-server',
  create: (log) => createSubject('sd-server', 'sd-cpp-local', log),
});
