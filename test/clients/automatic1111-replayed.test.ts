import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Services, startServices } from '../e2e/services.ts';
import { until } from '../support/poll.ts';
import { describePicture } from './describe-picture.ts';

/**
 * The calls that programs make to AUTOMATIC1111's API, copied from their sources. npm has no maintained client: those it
 * has depend on versions of sharp and axios that are years old.
 */

interface Txt2imgReply {
  readonly images: readonly string[];
  readonly info: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const KEY = 'sesame-open-sesame';
const basic = (password: string): string => `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;

describe('programs that speak AUTOMATIC1111', () => {
  let services: Services;
  before(async () => {
    services = await startServices({ gatewayEnv: { API_KEYS: `me:${KEY},other:${KEY}-too` } });
  });
  after(() => services.stop());

  const call = (name: string, body?: object, authorization = basic(KEY), signal?: AbortSignal): Promise<Response> =>
    fetch(`${services.url}/sdapi/v1/${name}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });

  async function ask<T>(name: string, body?: object): Promise<T> {
    const response = await call(name, body);
    assert.equal(response.status, 200, name);
    return (await response.json()) as T;
  }

  test('a wrong password is 401 with AUTOMATIC1111’s text', async () => {
    const response = await call('options', undefined, basic('wrong'));
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('www-authenticate'), 'Basic');
    assert.equal(((await response.json()) as { detail: string }).detail, 'Incorrect username or password');
  });

  test('Open WebUI: checks the connection, chooses a model, makes a picture', async () => {
    const options = await ask<Record<string, unknown>>('options');
    const models = await ask<{ title: string; model_name: string }[]>('sd-models');
    assert.ok(models.some(({ title }) => title === options.sd_model_checkpoint));
    for (const { title, model_name } of models) assert.ok(title && model_name);
    await ask('options', { ...options, sd_model_checkpoint: 'sketch' });
    assert.equal((await ask<Record<string, unknown>>('options')).sd_model_checkpoint, 'sketch');
    const reply = await ask<Txt2imgReply>('txt2img', {
      prompt: 'a red fox',
      batch_size: 2,
      width: 512,
      height: 768,
      steps: 20,
      negative_prompt: 'blurry',
      sampler_name: 'Euler a',
      scheduler: 'Automatic',
      cfg_scale: 7,
    });
    assert.deepEqual(await Promise.all(reply.images.map(describePicture)), ['png 512x768', 'png 512x768']);
    assert.ok(reply.info);
  });

  test('SillyTavern: reads every list, sets a model, makes a picture, and sees an idle progress afterwards', async () => {
    for (const name of ['samplers', 'schedulers']) {
      const list = await ask<{ name: string }[]>(name);
      assert.ok(list.length > 0 && list.every((item) => item.name), name);
    }
    for (const name of ['upscalers', 'latent-upscale-modes', 'sd-vae']) assert.ok(Array.isArray(await ask(name)), name);
    const [model] = await ask<{ title: string }[]>('sd-models');
    await ask('options', { sd_model_checkpoint: model?.title });
    interface Progress {
      readonly progress: number;
      readonly state: { readonly job_count: number };
    }
    const loaded = await ask<Progress>('progress');
    assert.deepEqual([loaded.progress, loaded.state.job_count], [0, 0]);
    const reply = await ask<Txt2imgReply>('txt2img', {
      prompt: 'a castle',
      negative_prompt: '',
      sampler_name: 'Euler a',
      scheduler: 'normal',
      steps: 20,
      cfg_scale: 7,
      width: 512,
      height: 512,
      restore_faces: false,
      enable_hr: false,
      hr_upscaler: 'Latent',
      hr_scale: 2,
      denoising_strength: 0.7,
      hr_second_pass_steps: 0,
      seed: -1,
      override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: 'Automatic', forge_additional_modules: [] },
      override_settings_restore_afterwards: true,
      clip_skip: 1,
      save_images: true,
      send_images: true,
      do_not_save_grid: false,
      do_not_save_samples: false,
    });
    assert.equal(await describePicture(reply.images[0] ?? ''), 'png 512x512');
    assert.equal((await ask<Progress>('progress')).progress, 0);
  });

  test('SillyTavern: interrupt ends the caller’s own picture only', async () => {
    const other = call('txt2img', { prompt: 'somebody else’s', width: 1024, height: 1024 }, basic(`${KEY}-too`));
    const mine = call('txt2img', { prompt: 'mine', width: 1024, height: 1024, batch_size: 10 });
    const isUnderway = async () => (await ask<{ state: { job_count: number } }>('progress')).state.job_count > 0;
    await until(isUnderway, 'the picture to be under way');
    await ask('interrupt', {});
    const interrupted = await mine;
    assert.equal(interrupted.status, 499);
    assert.equal(typeof ((await interrupted.json()) as { detail: string }).detail, 'string');
    assert.equal((await other).status, 200);
  });

  test('LibreChat: reads infotexts, seed and size from info', async () => {
    const { images, info } = await ask<Txt2imgReply>('txt2img', {
      prompt: 'a lighthouse',
      negative_prompt: 'blurry',
      cfg_scale: 4.5,
      steps: 22,
      width: 1024,
      height: 1024,
    });
    assert.equal(await describePicture(images[0] ?? ''), 'png 1024x1024');
    const { infotexts, seed, width, height } = JSON.parse(info) as Record<string, unknown>;
    assert.deepEqual([width, height], [1024, 1024]);
    assert.match(String(infotexts), new RegExp(`^a lighthouse\nNegative prompt: blurry\n.*Seed: ${seed}`));
    // The picture's metadata holds the same settings as the answer.
    const read = await ask<{ info: string }>('png-info', { image: `data:image/png;base64,${images[0]}` });
    assert.equal(read.info, String(infotexts));
  });

  test('a batch has consecutive seeds, and an equal seed makes an equal picture', async () => {
    const request = { prompt: 'a teapot', seed: 5, width: 256, height: 256 };
    const batch = await ask<Txt2imgReply>('txt2img', { ...request, n_iter: 2 });
    assert.deepEqual((JSON.parse(batch.info) as { all_seeds: number[] }).all_seeds, [5, 6]);
    const second = await ask<Txt2imgReply>('txt2img', { ...request, seed: 6 });
    assert.equal(second.images[0], batch.images[1]);
  });
});
