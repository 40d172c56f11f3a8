import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { AppError } from '../../../../shared/errors.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { HUGGING_FACE_KEY } from '../../../stand-ins/huggingface/huggingface-stand-in.ts';
import { createSubject, type HuggingfaceSubject } from './subject.ts';

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

  test('sends hf-inference its own shape, and remembers the quota left', async () => {
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

  test("reports the status of a provider's queue", async () => {
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

  describe('with HUGGING_FACE_PROVIDER=auto', () => {
    const listing = (mapping: object) => ({ body: { inferenceProviderMapping: mapping } });
    const at = (status: string, task = 'text-to-image') => ({ status, providerId: 'acme/flux-schnell', task });

    test('calls the first live provider that it knows, and asks the hub once a day for each model', async () => {
      const { run, standIn } = await using('auto', { HUGGING_FACE_MODEL: '' });
      const mapping = { zai: at('live'), together: at('error'), nscale: at('live', 'chat'), replicate: at('live') };
      standIn.interfere(({ path }) => (path.startsWith('/api/') ? listing(mapping) : undefined));
      for (const _ of [1, 2]) assert.equal((await run()).sent?.path.startsWith('/replicate/'), true);
      const hub = standIn.requests.map(({ path }) => path).filter((path) => path.startsWith('/api/'));
      assert.equal(hub.length, new Set(hub).size);
    });

    test('calls the next provider when one no longer has the model', async () => {
      const { run, standIn } = await using('auto');
      const mapping = { 'hf-inference': at('live'), together: at('live') };
      standIn.interfere(({ path }) => {
        if (path.startsWith('/api/')) return listing(mapping);
        return path.startsWith('/hf-inference/') ? { status: 410, body: { error: 'deprecated' } } : undefined;
      });
      assert.equal((await run()).sent?.path, '/together/v1/images/generations');
    });

    test('calls hf-inference while the hub is away', async () => {
      const { run, standIn } = await using('auto');
      standIn.interfere(({ path }) => (path.startsWith('/api/') ? { status: 503, body: '' } : undefined));
      assert.equal((await run()).sent?.path.startsWith('/hf-inference/'), true);
    });

    test('names the model and the settings when no provider has it', async () => {
      const { run, standIn } = await using('auto');
      standIn.interfere(({ path }) =>
        path.startsWith('/api/') ? listing({ together: at('live') }) : { status: 410, body: { error: 'gone' } },
      );
      await assert.rejects(run(), (error: AppError) => {
        assert.deepEqual([error.code, error.details.evidence], ['engine_changed', 'sure']);
        assert.match(error.publicMessage, /FLUX\.1-schnell is not served at together .*HUGGING_FACE_MODEL/);
        return true;
      });
    });
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
