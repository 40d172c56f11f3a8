import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateImage } from 'ai';
import { type Services, startServices } from '../e2e/services.ts';
import { describePicture } from './describe-picture.ts';

/** Vercel's AI SDK against the running services, with both of its packages for OpenAI servers. */

describe('the AI SDK', () => {
  let services: Services;
  before(async () => {
    services = await startServices();
  });
  after(() => services.stop());

  test('@ai-sdk/openai: a known model, several pictures, a size', async () => {
    const { image } = createOpenAI({ baseURL: `${services.url}/v1`, apiKey: 'none' });
    const { images, warnings } = await generateImage({
      model: image('gpt-image-1'),
      prompt: 'a red fox',
      n: 2,
      size: '1024x1024',
      providerOptions: { openai: { quality: 'high' } },
    });
    assert.deepEqual(await Promise.all(images.map(({ uint8Array }) => describePicture(uint8Array))), [
      'png 1024x1024',
      'png 1024x1024',
    ]);
    assert.deepEqual(
      images.map(({ mediaType }) => mediaType),
      ['image/png', 'image/png'],
    );
    assert.deepEqual(warnings, []);
  });

  test('@ai-sdk/openai: a dall-e model, for which the package itself asks for base64', async () => {
    const { image } = createOpenAI({ baseURL: `${services.url}/v1`, apiKey: 'none' });
    const { image: picture } = await generateImage({ model: image('dall-e-3'), prompt: 'a teapot' });
    assert.equal(await describePicture(picture.uint8Array), 'png 768x768');
  });

  test('@ai-sdk/openai-compatible: an engine as the model, extras as provider options', async () => {
    const easel = createOpenAICompatible({ name: 'easel', baseURL: `${services.url}/v1` });
    const ask = async () => {
      const { image, responses } = await generateImage({
        model: easel.imageModel('sketch'),
        prompt: 'a lighthouse',
        size: '512x768',
        providerOptions: { easel: { seed: 42, negative_prompt: 'blurry' } },
      });
      return { picture: image.base64, seed: responses[0]?.headers?.['x-seed'] };
    };
    const [first, second] = [await ask(), await ask()];
    assert.equal(await describePicture(first.picture), 'png 512x768');
    assert.equal(first.picture, second.picture);
    assert.equal(first.seed, '42');
  });

  test('@ai-sdk/openai: four pictures of an unknown model are made by four simultaneous calls', async () => {
    const { image } = createOpenAI({ baseURL: `${services.url}/v1`, apiKey: 'none' });
    const { images } = await generateImage({ model: image('a-model-of-tomorrow'), prompt: 'a red fox', n: 4 });
    assert.equal(new Set(images.map(({ base64 }) => base64)).size, 4);
  });

  test('a wrong parameter is an APICallError that is not retried and says why', async () => {
    const easel = createOpenAICompatible({ name: 'easel', baseURL: `${services.url}/v1` });
    const asked = generateImage({ model: easel.imageModel('sketch'), prompt: 'fox', size: '9999x9999' });
    await assert.rejects(asked, (error) => {
      assert.ok(APICallError.isInstance(error));
      assert.deepEqual([error.statusCode, error.isRetryable], [400, false]);
      assert.match(error.message, /`size` must be `auto`, or a size such as `1024x1024`/);
      return true;
    });
  });
});
