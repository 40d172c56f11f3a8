import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { readSettings } from '../../../../shared/config.ts';
import type { AppError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/log.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { openai } from '../../../../worker/engines/openai/index.ts';
import { type EngineSubject, engineContract } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { echo, type Misbehaviour, type StandInReply } from '../../../stand-ins/http-stand-in.ts';
import {
  createOpenaiStandIn,
  OPENAI_KEY,
  type OpenaiServer,
  type OpenaiStandIn,
} from '../../../stand-ins/openai/openai-stand-in.ts';

interface OpenaiSubject extends EngineSubject {
  readonly standIn: OpenaiStandIn;
}

async function createSubject(server: OpenaiServer, model: string, log?: Logger): Promise<OpenaiSubject> {
  const standIn = await createOpenaiStandIn(server);
  const environment = { OPENAI_BASE_URL: `${standIn.url}/v1/`, OPENAI_API_KEY: OPENAI_KEY, OPENAI_IMAGE_MODEL: model };
  const engine = openai.create(readSettings(openai.settings, environment), createEngineServices({ log }));
  return { engine, standIn, secrets: [OPENAI_KEY], close: () => standIn.close() };
}

const answering =
  (answer: StandInReply | Misbehaviour, path = '/v1/') =>
  ({ standIn }: OpenaiSubject): void =>
    standIn.interfere((request) => (request.path.startsWith(path) ? answer : undefined));

const refusing = (status: number, code: string | null, message: string, type = 'invalid_request_error') =>
  answering({ status, body: { error: { message, type, param: null, code } } });

const SAFETY = 'Your request was rejected by the safety system: "a harbour at dusk with red sails"';
const advises = (words: RegExp) => (error: AppError) => assert.match(error.publicMessage, words);
/** Only the address differs: it comes as a picture that the server names by URL. */
const naming = (url: string) => answering({ body: { created: 1, data: [{ url }] } });

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

const REQUEST: EngineRequest = {
  ...{
    prompt: 'a red fox',
    negativePrompt: '',
    seed: 7,
    count: 1,
    width: 1024,
    height: 1024,
    shape: 'square',
    previews: 0,
  },
};

describe('openai', () => {
  const subjects: OpenaiSubject[] = [];
  after(() => Promise.all(subjects.map(({ close }) => close())));

  async function using(server: OpenaiServer, model: string) {
    const subject = await createSubject(server, model);
    subjects.push(subject);
    const run = async (changes: Partial<EngineRequest> = {}) => {
      const { signal } = new AbortController();
      const output = await subject.engine.generate({ ...REQUEST, ...changes }, { signal, onProgress: () => undefined });
      return { ...output, sent: subject.standIn.requests.findLast(({ method }) => method === 'POST') };
    };
    return { ...subject, run };
  }

  test('sends GPT image models what they take, and options under their own names', async () => {
    const { run, engine } = await using('openai', 'gpt-image-1.5');
    const options = { quality: 'high', background: 'transparent', output_format: 'webp', moderation: 'low' };
    const { sent } = await run({ count: 2, width: 1536, options });
    assert.equal(sent?.headers.authorization, `Bearer ${OPENAI_KEY}`);
    assert.deepEqual(sent.json, { model: 'gpt-image-1.5', prompt: 'a red fox', n: 2, size: '1536x1024', ...options });
    assert.equal(engine.quotaRemaining?.(), 41);
    assert.equal(engine.limits.seed, false);
  });

  test("prefers the caller's own key", async () => {
    const { run } = await using('openai', 'gpt-image-1');
    await assert.rejects(run({ credential: 'sk-somebody-else' }), { code: 'engine_unauthorized' });
  });

  test('knows the sizes and numbers of each family', async () => {
    const limitsOf = async (model: string) => (await using('openai', model)).engine.limits;
    assert.equal((await limitsOf('dall-e-3')).maxCount, 1);
    assert.deepEqual((await limitsOf('dall-e-3')).shapes.portrait, { width: 1024, height: 1792 });
    assert.deepEqual((await limitsOf('dall-e-2')).shapes.portrait, { width: 1024, height: 1024 });
    assert.ok('multipleOf' in (await limitsOf('gpt-image-2-2026-04-21')).sizes);
    assert.ok(Array.isArray((await limitsOf('chatgpt-image-latest')).sizes));
    assert.equal((await limitsOf('some-flux')).seed, true);
  });

  test('asks DALL-E for base64, and any other server for a seed', async () => {
    const dallE = await using('localai', 'dall-e-3');
    assert.partialDeepStrictEqual((await dallE.run()).sent?.json, { response_format: 'b64_json' });
    const other = await using('localai', 'flux');
    assert.partialDeepStrictEqual((await other.run()).sent?.json, { response_format: 'b64_json', seed: 7 });
  });

  test('asks again without a field that the server refuses, remembers it, and warns of a lost seed', async () => {
    const { run, standIn } = await using('localai', 'flux');
    standIn.refuses = ['seed', 'response_format'];
    const first = await run();
    assert.deepEqual(first.warnings, ['The image server takes no seed.']);
    assert.equal(standIn.requests.filter(({ method }) => method === 'POST').length, 3);
    await run();
    assert.equal(standIn.requests.filter(({ method }) => method === 'POST').length, 4);
  });

  test('sends a request that makes pictures only once, even when the connection is reset', async () => {
    const { run, standIn } = await using('localai', 'flux');
    await run();
    standIn.interfere(() => 'reset');
    await assert.rejects(run(), { code: 'engine_failed' });
    assert.equal(standIn.requests.length, 2);
  });

  test('gives sd-server seed and negative prompt in its own block', async () => {
    const { run, standIn } = await using('sd-server', 'sd-cpp-local');
    const { warnings } = await run({ negativePrompt: 'blurred\n"lines"', sampler: 'euler_a' });
    assert.deepEqual(standIn.understood, [{ prompt: 'a red fox', negativePrompt: 'blurred\n"lines"', seed: 7 }]);
    assert.deepEqual(warnings, []);
  });

  const INJECTIONS = [
    'a fox <sd_cpp_extra_args>{"seed":1,"width":4096}</sd_cpp_extra_args>',
    '<sd_cpp_<sd_cpp_extra_args>extra_args>{"seed":1}</sd_cpp_</sd_cpp_extra_args>extra_args>',
    '<SD_CPP_EXTRA_ARGS>{"seed":1}</SD_CPP_EXTRA_ARGS>',
    'a fox | everything decent',
  ];
  for (const prompt of INJECTIONS) {
    test(`reads no options out of a caller's prompt: ${prompt}`, async () => {
      const sd = await using('sd-server', 'sd-cpp-local');
      const { warnings } = await sd.run({ prompt, negativePrompt: prompt });
      assert.equal(warnings.length, 1);
      assert.equal(sd.standIn.understood[0]?.seed, 7);
      assert.match(sd.standIn.understood[0]?.prompt ?? '', /fox|seed/);
      const local = await using('localai', 'flux');
      await local.run({ prompt });
      assert.equal(local.standIn.understood[0]?.negativePrompt, '');
      assert.doesNotMatch(local.standIn.understood[0]?.prompt ?? '', /sd_cpp_extra_args/i);
    });
  }

  test('needs no key where the server asks for none, and sends it nowhere else', async () => {
    const standIn = await createOpenaiStandIn('localai');
    const settings = readSettings(openai.settings, { OPENAI_BASE_URL: `${standIn.url}/v1` });
    const engine = openai.create(settings, createEngineServices({}));
    await engine.generate(REQUEST, { signal: new AbortController().signal, onProgress: () => undefined });
    assert.equal(standIn.requests[0]?.headers.authorization, undefined);
    assert.doesNotMatch(standIn.requests[0]?.text ?? '', /"model"/);
    await standIn.close();
  });
});

describe('openai, a picture at an address', () => {
  let subject: OpenaiSubject;
  before(async () => {
    subject = await createSubject('localai', 'flux');
  });
  afterEach(() => subject.standIn.mend());
  after(() => subject.close());

  test('is fetched with the key from the server itself, without it from anywhere else', async () => {
    const elsewhere = await createOpenaiStandIn('localai');
    const { signal } = new AbortController();
    subject.standIn.refuses = ['response_format'];
    await subject.engine.generate(REQUEST, { signal, onProgress: () => undefined });
    const own = subject.standIn.requests.findLast(({ method }) => method === 'GET');
    assert.equal(own?.headers.authorization, `Bearer ${OPENAI_KEY}`);
    naming(`${elsewhere.url}/generated-images/0.png`)(subject);
    await assert.rejects(subject.engine.generate(REQUEST, { signal, onProgress: () => undefined }));
    assert.equal(elsewhere.requests[0]?.headers.authorization, undefined);
    await elsewhere.close();
  });
});
