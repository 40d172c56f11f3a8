import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { AppError } from '../../../../shared/errors.ts';
import { readSettings } from '../../../../shared/service/config.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { createOpenai, openai } from '../../../../worker/engines/openai/index.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { createOpenaiStandIn, OPENAI_KEY, type OpenaiServer } from '../../../stand-ins/openai/openai-stand-in.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createSubject, naming, type OpenaiSubject } from './subject.ts';

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

  test('sends GPT image models the fields that they accept, and options under their own names', async () => {
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

  describe('at OpenAI itself, without OPENAI_IMAGE_MODEL', () => {
    const DAY_MS = 86_400_000;

    async function choosing(listed: readonly object[]) {
      const standIn = await createOpenaiStandIn('openai');
      const clock = createManualClock();
      const engine = createOpenai({
        ...{ baseUrl: `${standIn.url}/v1`, apiKey: OPENAI_KEY, model: undefined, isOpenai: true, clock },
      });
      subjects.push({ engine, standIn, secrets: [], close: standIn.close });
      standIn.models = listed;
      const run = async (): Promise<unknown> => {
        const { signal } = new AbortController();
        await engine.generate(REQUEST, { signal, onProgress: () => undefined });
        const sent = standIn.requests.findLast(({ method }) => method === 'POST')?.json;
        return typeof sent === 'object' && sent !== null && 'model' in sent ? sent.model : undefined;
      };
      const countLists = (): number => standIn.requests.filter(({ path }) => path === '/v1/models').length;
      return { standIn, clock, engine, run, countLists };
    }

    test('uses the newest model that is not shut down, and reads the list once a day', async () => {
      const { standIn, clock, run, countLists } = await choosing([
        { id: 'gpt-image-1', shutdown_date: '1970-01-01' },
        { id: 'gpt-image-2', shutdown_date: null },
        { id: 'gpt-image-2.6' },
        { id: 'gpt-image-2.6-flare' },
        { id: 'gpt-image-9', shutdown_date: '1970-01-01' },
        { id: 'gpt-5' },
      ]);
      assert.equal(await run(), 'gpt-image-2.6-flare');
      standIn.models = [{ id: 'gpt-image-3' }];
      clock.advance(DAY_MS - 1);
      assert.deepEqual([await run(), countLists()], ['gpt-image-2.6-flare', 1]);
      clock.advance(1);
      assert.deepEqual([await run(), countLists()], ['gpt-image-3', 2]);
    });

    test('has a built-in model for when the list cannot be read', async () => {
      const { standIn, run, engine } = await choosing([]);
      standIn.interfere(({ path }) => (path === '/v1/models' ? { status: 500, body: 'no' } : undefined));
      assert.equal(await run(), 'gpt-image-2.6-flare');
      assert.ok('maxRatio' in engine.limits.sizes);
    });

    test('uses the next model when one is gone, and names model and setting when all are gone', async () => {
      const { standIn, run } = await choosing([{ id: 'gpt-image-7' }]);
      const missing = (name: string) => ({
        status: 404,
        body: { error: { code: 'model_not_found', message: `The model '${name}' does not exist` } },
      });
      standIn.interfere(({ text }) => (text.includes('gpt-image-7') ? missing('gpt-image-7') : undefined));
      assert.equal(await run(), 'gpt-image-2.6-flare');
      standIn.interfere(({ method }) => (method === 'POST' ? missing('any') : undefined));
      await assert.rejects(run(), (error: AppError) => {
        assert.deepEqual([error.code, error.details.evidence], ['engine_changed', 'sure']);
        assert.match(error.publicMessage, /gpt-image-2 .*set OPENAI_IMAGE_MODEL/);
        return true;
      });
    });
  });

  test('asks DALL-E for base64, and sends a seed to other servers', async () => {
    const dallE = await using('localai', 'dall-e-3');
    assert.partialDeepStrictEqual((await dallE.run()).sent?.json, { response_format: 'b64_json' });
    const other = await using('localai', 'flux');
    assert.partialDeepStrictEqual((await other.run()).sent?.json, { response_format: 'b64_json', seed: 7 });
  });

  test('repeats the call without a field that the server refuses, remembers that, and warns of a lost seed', async () => {
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
    test(`reads no options from a caller's prompt: ${prompt}`, async () => {
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

  test('needs no key when the server asks for none, and sends a key nowhere else', async () => {
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
