import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract, doneWith, pending } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const path = '/sdapi/v1/txt2img';

dialectContract({
  name: 'automatic1111',
  generate: { path, body: { prompt: 'fox' } },
  toError: (code, message) => ({
    status: ERRORS[code].status,
    body: { detail: code === 'unauthorized' ? 'Incorrect username or password' : message },
  }),
  wrong: { call: { path, body: { prompt: 'fox', cfg_scale: 'much' } }, blamed: 'cfg_scale' },
  pairs: [
    {
      name: 'what LibreChat sends',
      call: {
        path,
        body: { prompt: 'fox', negative_prompt: 'blurry', cfg_scale: 4.5, steps: 22, width: 1024, height: 1024 },
      },
      draft: {
        prompt: 'fox',
        negativePrompt: 'blurry',
        guidanceScale: 4.5,
        steps: 22,
        width: 1024,
        height: 1024,
        format: 'png',
        deliver: 'bytes',
        previews: 3,
      },
      given: doneWith({ steps: 22, sampler: 'Euler a', guidanceScale: 4.5 }),
      status: 200,
      check: ({ json }) => {
        const { images, info, parameters } = json as { images: string[]; info: string; parameters: { steps: number } };
        assert.deepEqual(images, [PICTURE_BYTES.toString('base64')]);
        assert.equal(parameters.steps, 22);
        const details = JSON.parse(info) as Record<string, unknown>;
        assert.deepEqual(details.infotexts, [
          'fox\nNegative prompt: blurry\nSteps: 22, Sampler: Euler a, CFG scale: 4.5, Seed: 123456, Size: 1024x1024, Model: sketch',
        ]);
        assert.equal(details.seed, 123456);
        assert.equal(details.sd_model_name, 'sketch');
      },
    },
    {
      name: 'a batch, a sampler by its older name, and a model for one request',
      call: {
        path,
        body: {
          prompt: 'fox',
          seed: 7,
          batch_size: 2,
          n_iter: 2,
          sampler_index: 'DPM++ 2M',
          scheduler: 'Karras',
          override_settings: { sd_model_checkpoint: 'perchance.safetensors [0123abcd]' },
          enable_hr: false,
          alwayson_scripts: {},
        },
      },
      draft: {
        prompt: 'fox',
        seed: 7,
        count: 4,
        width: 512,
        height: 512,
        sampler: 'DPM++ 2M',
        scheduler: 'Karras',
        preferredEngine: 'perchance',
        format: 'png',
        deliver: 'bytes',
        previews: 3,
      },
      status: 200,
      check: ({ json }) => {
        const { all_seeds } = JSON.parse((json as { info: string }).info) as { all_seeds: number[] };
        assert.deepEqual(all_seeds, [7, 8, 9, 10]);
      },
    },
    {
      name: 'too large a batch is refused with the name of the field',
      call: { path, body: { prompt: 'fox', batch_size: 4, n_iter: 4 } },
      status: 422,
      check: ({ json }) => assert.match(JSON.stringify(json), /batch_size/),
    },
    {
      name: 'a held job is a retryable error when the gateway stops before its end',
      call: { path, body: { prompt: 'fox' } },
      given: pending,
      status: 503,
      check: ({ json, headers }) => {
        assert.equal(headers.get('retry-after'), '5');
        const { detail } = json as { detail: string };
        assert.match(detail, /started again. Ask for the picture once more/);
      },
    },
    {
      name: 'the engines are the models',
      call: { path: '/sdapi/v1/sd-models' },
      status: 200,
      check: ({ json }) =>
        assert.deepEqual(
          (json as { title: string }[]).map(({ title }) => title),
          ['easel', 'perchance', 'sketch'],
        ),
    },
    {
      name: 'samplers have the names that clients know',
      call: { path: '/sdapi/v1/samplers' },
      status: 200,
      check: ({ json }) => assert.ok((json as { name: string }[]).some(({ name }) => name === 'Euler a')),
    },
    {
      name: 'schedulers have the names that clients know',
      call: { path: '/sdapi/v1/schedulers' },
      status: 200,
      check: ({ json }) => assert.ok((json as { label: string }[]).some(({ label }) => label === 'Karras')),
    },
    ...[
      'latent-upscale-modes',
      'sd-vae',
      'prompt-styles',
      'face-restorers',
      'hypernetworks',
      'loras',
      'realesrgan-models',
      'script-info',
    ].map((name) => ({
      name: `${name}: an empty list, never an object`,
      call: { path: `/sdapi/v1/${name}` },
      status: 200,
      answer: [],
    })),
    {
      name: 'upscalers contain None, which clients choose by name',
      call: { path: '/sdapi/v1/upscalers' },
      status: 200,
      answer: [{ name: 'None', model_name: null, model_path: null, model_url: null, scale: 4 }],
    },
    { name: 'no flags', call: { path: '/sdapi/v1/cmd-flags' }, status: 200, answer: {} },
    { name: 'no embeddings', call: { path: '/sdapi/v1/embeddings' }, status: 200, answer: { loaded: {}, skipped: {} } },
    { name: 'no scripts', call: { path: '/sdapi/v1/scripts' }, status: 200, answer: { txt2img: [], img2img: [] } },
    {
      name: 'memory has upstream’s two parts',
      call: { path: '/sdapi/v1/memory' },
      status: 200,
      check: ({ json }) => assert.deepEqual(Object.keys(json as object), ['ram', 'cuda']),
    },
    ...['refresh-checkpoints', 'refresh-loras', 'unload-checkpoint', 'reload-checkpoint', 'skip'].map((name) => ({
      name: `${name} is done`,
      call: { path: `/sdapi/v1/${name}`, method: 'POST' as const },
      status: 200,
      answer: {},
    })),
    {
      name: 'override_settings may be null, and so may the model in it',
      call: { path, body: { prompt: 'fox', override_settings: null } },
      status: 200,
    },
    {
      name: 'a pinned engine',
      call: { path, body: { prompt: 'fox', engine: 'sketch', override_settings: { sd_model_checkpoint: null } } },
      draft: { prompt: 'fox', engine: 'sketch', width: 512, height: 512, format: 'png', deliver: 'bytes', previews: 3 },
      status: 200,
    },
    {
      name: 'interrupt without a job succeeds',
      call: { path: '/sdapi/v1/interrupt', method: 'POST' },
      status: 200,
      answer: {},
    },
    {
      name: 'an unknown address below /sdapi gets an error in this shape',
      call: { path: '/sdapi/v1/interrogate', body: {} },
      status: 404,
      check: ({ json }) => assert.deepEqual(Object.keys(json as object), ['detail']),
    },
  ],
});

describe('companions of txt2img', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const get = async (name: string) => (await fetch(`${gateway.url}/sdapi/v1/${name}`)).json() as Promise<unknown>;
  const post = (name: string, body: unknown) =>
    fetch(`${gateway.url}/sdapi/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('a model set by options serves the later requests of this caller', async () => {
    assert.deepEqual(await get('options'), { sd_model_checkpoint: 'easel', samples_format: 'png' });
    await post('options', { sd_model_checkpoint: 'sketch', samples_format: 'png', CLIP_stop_at_last_layers: 1 });
    assert.deepEqual(await get('options'), { sd_model_checkpoint: 'sketch', samples_format: 'png' });
    await post('txt2img', { prompt: 'fox' });
    assert.equal(gateway.jobs.submissions.at(-1)?.draft.preferredEngine, 'sketch');
    await post('options', { sd_model_checkpoint: 'easel' });
    await post('txt2img', { prompt: 'fox' });
    assert.equal(gateway.jobs.submissions.at(-1)?.draft.preferredEngine, undefined);
  });

  test('progress shows, and interrupt cancels, the caller’s own job', async () => {
    const idle = (await get('progress')) as { progress: number; state: { job_count: number; job: string } };
    assert.deepEqual([idle.progress, idle.state.job_count, idle.state.job], [0, 0, '']);
    const { outcome } = gateway.jobs;
    pending(gateway.jobs);
    await gateway.jobs.submit(
      { prompt: 'x', count: 1, steps: 20, strict: false, safe: false, format: 'png', deliver: 'bytes', previews: 0 },
      { client: { id: 'me' }, asynchronous: true, requestId: 'r', traceparent: 't' },
    );
    gateway.jobs.outcome = outcome;
    const shown = (await get('progress')) as { current_image: string };
    assert.equal(shown.current_image, 'AAAA');
    const plain = (await get('progress?skip_current_image=true')) as { current_image: null };
    assert.equal(plain.current_image, null);
    const busy = (await get('progress')) as { progress: number; state: Record<string, number> };
    assert.deepEqual([busy.progress, busy.state.sampling_step, busy.state.sampling_steps], [0.5, 10, 20]);
    await post('interrupt', {});
    assert.equal(gateway.jobs.cancelled.length, 1);
  });

  test('png-info reads the parameters of a picture back', async () => {
    const parameters =
      'a fox\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, Seed: 42, Size: 8x8, Model: "a, b"';
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const { toTextChunk, insertChunks } = await import('../../../worker/picture/png-chunks.ts');
    const image = insertChunks(plain, [toTextChunk('parameters', parameters)]).toString('base64');
    const response = await post('png-info', { image: `data:image/png;base64,${image}` });
    const info = (await response.json()) as { info: string; parameters: Record<string, string> };
    assert.equal(info.info, parameters);
    assert.equal(info.parameters.Prompt, 'a fox');
    assert.equal(info.parameters['Negative prompt'], 'blurry');
    assert.equal(info.parameters.Seed, '42');
    assert.equal(info.parameters.Model, 'a, b');
    assert.equal((await post('png-info', { image: 'bm90IGEgcG5n' })).status, 422);
  });

  test('png-info reads JPEG, WebP and AVIF as well', async () => {
    const parameters = 'a fox 🦊, 狐狸\nSteps: 20, Sampler: Euler a, Seed: 42, Size: 64x64, Model: sketch';
    const plain = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const { toTextChunk, insertChunks } = await import('../../../worker/picture/png-chunks.ts');
    const { encodeAs } = await import('../../support/encode.ts');
    const png = insertChunks(plain, [toTextChunk('parameters', parameters)]);
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      const image = (await encodeAs(png, format)).toString('base64');
      const response = await post('png-info', { image: `data:image/${format};base64,${image}` });
      const { info, parameters: read } = (await response.json()) as { info: string; parameters: { Seed: string } };
      assert.deepEqual([info, read.Seed], [parameters, '42'], format);
    }
  });
});
