import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Services, startServices } from '../e2e/services.ts';
import { describePicture, fetchPicture } from './describe-picture.ts';

/** The calls that programs make to an OpenAI server without a package, copied from their sources. */

interface ImagesReply {
  readonly data: ReadonlyArray<{ readonly url?: string; readonly b64_json?: string }>;
}

describe('programs that speak OpenAI', () => {
  let services: Services;
  before(async () => {
    services = await startServices();
  });
  after(() => services.stop());

  const authorization = 'Bearer sk-none';

  async function post(body: object): Promise<ImagesReply> {
    const response = await fetch(`${services.url}/v1/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as ImagesReply;
  }

  test('Open WebUI prefers an address to base64, and fetches it with its key', async () => {
    const hardCoded = { model: 'dall-e-3', prompt: 'a red fox', n: 1, size: '1024x1024', response_format: 'b64_json' };
    const [item] = (await post(hardCoded)).data;
    assert.equal(item?.url, undefined);
    assert.equal(await describePicture(item?.b64_json ?? ''), 'png 1024x1024');
    // For names of GPT image models it sends no response_format.
    const [gptItem] = (await post({ model: 'gpt-image-1', prompt: 'a red fox', n: 1 })).data;
    assert.equal(gptItem?.url, undefined);
    assert.equal(await describePicture(gptItem?.b64_json ?? ''), 'png 768x768');
  });

  test('LibreChat’s OpenAI tool needs base64 and sends no response_format', async () => {
    const [item] = (
      await post({
        model: 'gpt-image-1',
        prompt: 'a red fox',
        background: 'auto',
        output_format: 'png',
        output_compression: 100,
        quality: 'auto',
        size: 'auto',
        n: 1,
      })
    ).data;
    assert.equal(await describePicture(item?.b64_json ?? ''), 'png 768x768');
  });

  test('LibreChat’s DALL·E tool needs an address', async () => {
    const [item] = (
      await post({
        model: 'dall-e-3',
        prompt: 'a red fox',
        quality: 'standard',
        style: 'vivid',
        size: '1024x1024',
        n: 1,
      })
    ).data;
    assert.equal(item?.b64_json, undefined);
    assert.equal(await fetchPicture(item?.url ?? '', { authorization }), 'png 1024x1024');
    assert.equal(await fetchPicture(item?.url ?? ''), 'png 1024x1024');
  });

  test('LobeChat asks for base64 with dall-e, and for no format with other models', async () => {
    for (const body of [{ model: 'dall-e-2', response_format: 'b64_json' }, { model: 'sketch' }]) {
      const [item] = (await post({ ...body, prompt: 'a red fox', n: 1 })).data;
      assert.equal(await describePicture(item?.b64_json ?? ''), 'png 768x768');
    }
  });

  test('SillyTavern’s sdcpp source sends OPTIONS, lists models, and then speaks AUTOMATIC1111', async () => {
    const ping = await fetch(`${services.url}/v1/images/generations`, { method: 'OPTIONS' });
    assert.ok(ping.ok);
    const models = await fetch(`${services.url}/v1/models`);
    assert.equal(((await models.json()) as { object: string }).object, 'list');
    const response = await fetch(`${services.url}/sdapi/v1/txt2img`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        prompt: 'a red fox',
        negative_prompt: '',
        width: 512,
        height: 512,
        steps: 20,
        cfg_scale: 7,
        seed: -1,
        batch_size: 1,
        sampler_name: 'euler_a',
        scheduler: 'discrete',
        clip_skip: -1,
        model: 'sketch',
      }),
    });
    const { images } = (await response.json()) as { images: string[] };
    assert.equal(await describePicture(images[0] ?? ''), 'png 512x512');
  });
});
