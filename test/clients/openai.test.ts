import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { type Services, startServices } from '../e2e/services.ts';
import { describePicture, fetchPicture } from './describe-picture.ts';

/** OpenAI's package against the running services, with only its base URL changed. */

/** `sent` counts all calls, also those that the package repeats by itself. */
function createClient(url: string, apiKey = 'none', maxRetries = 2) {
  const sent = { calls: 0 };
  const counted: typeof fetch = (...call) => {
    sent.calls += 1;
    return fetch(...call);
  };
  return { sent, client: new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries, fetch: counted }) };
}

describe('the openai package', () => {
  let services: Services;
  let client: OpenAI;
  before(async () => {
    services = await startServices();
    client = createClient(services.url).client;
  });
  after(() => services.stop());

  test('gets an address for a dall-e model, at which the picture is served', async () => {
    const { data = [], created } = await client.images.generate({ model: 'dall-e-3', prompt: 'a red fox' });
    assert.equal(data.length, 1);
    assert.equal(data[0]?.b64_json, undefined);
    assert.equal(await fetchPicture(String(data[0]?.url), { authorization: 'Bearer none' }), 'png 768x768');
    assert.ok(Math.abs(created - Date.now() / 1000) < 60);
  });

  test('gets base64 for a GPT image model, in the size, number and format requested', async () => {
    const answer = await client.images.generate({
      model: 'gpt-image-1',
      prompt: 'a lighthouse at dusk',
      n: 2,
      size: '1024x1536',
      quality: 'high',
      output_format: 'webp',
      background: 'opaque',
      user: 'somebody',
    });
    assert.deepEqual(await Promise.all((answer.data ?? []).map(({ b64_json }) => describePicture(b64_json ?? ''))), [
      'webp 1024x1536',
      'webp 1024x1536',
    ]);
    assert.equal(new Set(answer.data?.map(({ b64_json }) => b64_json)).size, 2);
    assert.deepEqual([answer.size, answer.output_format, answer.quality], ['1024x1536', 'webp', 'high']);
    assert.equal(answer.usage?.total_tokens, 0);
    assert.match(String(answer._request_id), /^[0-9a-f]{24}$/);
  });

  test('response_format wins over the model’s default, and size auto leaves the size to the engine', async () => {
    const { data } = await client.images.generate({
      model: 'dall-e-2',
      prompt: 'a teapot',
      size: 'auto',
      response_format: 'b64_json',
    });
    assert.equal(data?.[0]?.url, undefined);
    assert.equal(await describePicture(data?.[0]?.b64_json ?? ''), 'png 768x768');
  });

  test('accepts extra fields in the body: the same seed makes the same picture', async () => {
    const extra = { seed: 42, negative_prompt: 'blurry', guidance_scale: 8, steps: 20, engine: 'sketch' };
    const ask = async () => {
      const { data, response } = await client.images
        .generate({ model: 'sketch', prompt: 'a castle', ...extra } as OpenAI.ImageGenerateParamsNonStreaming)
        .withResponse();
      return { headers: response.headers, picture: data.data?.[0]?.b64_json };
    };
    const [first, second] = [await ask(), await ask()];
    assert.equal(first.picture, second.picture);
    assert.equal(first.headers.get('x-seed'), '42');
    assert.equal(first.headers.get('x-engine'), 'sketch');
  });

  test('streams real partial pictures, then the final one', async () => {
    const stream = await client.images.generate({
      model: 'gpt-image-1',
      prompt: 'a forest in autumn',
      stream: true,
      partial_images: 2,
    });
    const pictures: [type: string, index: number | undefined, picture: string][] = [];
    for await (const event of stream) {
      const index = event.type === 'image_generation.partial_image' ? event.partial_image_index : undefined;
      pictures.push([event.type, index, await describePicture(event.b64_json)]);
      if (event.type === 'image_generation.completed') assert.equal(event.usage.total_tokens, 0);
    }
    const whole = pictures.pop();
    assert.deepEqual(whole, ['image_generation.completed', undefined, 'png 768x768']);
    assert.deepEqual(
      pictures.map(([type, index]) => [type, index]),
      [
        ['image_generation.partial_image', 0],
        ['image_generation.partial_image', 1],
      ],
    );
  });

  test('lists models, finds one by name, and rejects an unknown name', async () => {
    const models = (await client.models.list()).data.map(({ id }) => id);
    for (const id of ['sketch', 'dall-e-2', 'dall-e-3', 'gpt-image-1']) assert.ok(models.includes(id), id);
    assert.equal((await client.models.retrieve('gpt-image-1')).object, 'model');
    await assert.rejects(client.models.retrieve('gpt-99'), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.deepEqual([error.code, error.param], ['model_not_found', 'model']);
      return true;
    });
  });

  test('a wrong parameter is a BadRequestError that names it', async () => {
    await assert.rejects(client.images.generate({ prompt: 'fox', n: 11 }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.deepEqual([error.status, error.type, error.param], [400, 'invalid_request_error', 'n']);
      assert.match(error.message, /`n` must be a whole number from 1 to 10/);
      return true;
    });
  });

  test('a call that Easel does not offer is a NotFoundError', async () => {
    const chat = client.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: 'hello' }] });
    await assert.rejects(chat, OpenAI.NotFoundError);
  });
});

describe('the openai package when calls fail', () => {
  let services: Services;
  const upstream = createServer((_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no credit"}}');
  });
  const rules = join(tmpdir(), `easel-rules-${process.pid}.json`);

  before(async () => {
    upstream.listen(0, '127.0.0.1');
    await Promise.all([
      once(upstream, 'listening'),
      writeFile(rules, '{"rules":[{"name":"no-dragons","words":["dragon"]}]}'),
    ]);
    const address = upstream.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    services = await startServices({
      gatewayEnv: {
        API_KEYS: 'fast:sesame-open-fast:0,slow:sesame-open-slow:1',
        PROMPT_POLICY_FILE: rules,
        WAIT_BUDGET_MS: '20',
      },
      workerEnv: {
        ENGINES: 'sketch,openai',
        OPENAI_BASE_URL: `http://127.0.0.1:${address.port}/v1`,
        OPENAI_API_KEY: 'of-somebody-without-credit',
      },
    });
  });
  after(async () => {
    upstream.close();
    await services.stop();
  });

  /** Afterwards the gateway knows how long a picture takes, so that its Retry-After is short. */
  async function makeOnePicture(): Promise<void> {
    const headers = { 'x-api-key': 'sesame-open-fast', 'content-type': 'application/json' };
    const accepted = await fetch(`${services.url}/jobs`, { method: 'POST', headers, body: '{"prompt":"a pond"}' });
    const { events_url } = (await accepted.json()) as { events_url: string };
    const events = await fetch(events_url, { headers });
    assert.match(await events.text(), /event: done/);
  }

  test('repeats the call while the picture is being made, until it is there', async () => {
    await makeOnePicture();
    const { client, sent } = createClient(services.url, 'sesame-open-fast', 5);
    const { data, response } = await client.images
      .generate({ prompt: 'a harbour', model: 'gpt-image-2' })
      .withResponse();
    assert.equal(await describePicture(data.data?.[0]?.b64_json ?? ''), 'png 768x768');
    assert.ok(sent.calls >= 2);
    // All calls share one picture.
    const produced = services.worker.logged.filter((line) => line.includes('"msg":"produced"'));
    assert.equal(produced.length, 2, 'the pond and the harbour');
    assert.equal(response.headers.get('x-should-retry'), null);
  });

  test('a wrong key is an AuthenticationError', async () => {
    const { client } = createClient(services.url, 'sesame-wrong');
    await assert.rejects(client.images.generate({ prompt: 'fox' }), (error) => {
      assert.ok(error instanceof OpenAI.AuthenticationError);
      assert.equal(error.code, 'invalid_api_key');
      return true;
    });
  });

  test('over the limit is a RateLimitError with the time to wait', async () => {
    const { client } = createClient(services.url, 'sesame-open-slow', 0);
    const first = client.images.generate({ prompt: 'one' });
    await first.catch((error) => assert.ok(error instanceof OpenAI.InternalServerError && error.status === 503));
    await assert.rejects(client.images.generate({ prompt: 'another' }), (error) => {
      assert.ok(error instanceof OpenAI.RateLimitError);
      assert.equal(error.code, 'rate_limit_exceeded');
      assert.ok(Number(error.headers?.get('retry-after')) > 0);
      return true;
    });
  });

  test('a refused prompt is moderation_blocked, at once', async () => {
    const { client, sent } = createClient(services.url, 'sesame-open-fast');
    await assert.rejects(client.images.generate({ prompt: 'a dragon' }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.deepEqual([error.code, error.type], ['moderation_blocked', 'image_generation_user_error']);
      return true;
    });
    assert.equal(sent.calls, 1);
  });

  test('a failure that no retry can mend is not retried', async () => {
    const { client } = createClient(services.url, 'sesame-open-fast', 5);
    const request = { prompt: 'a fox', engine: 'openai', seed: 7 } as OpenAI.ImageGenerateParamsNonStreaming;
    await assert.rejects(client.images.generate(request), (error) => {
      assert.ok(error instanceof OpenAI.InternalServerError);
      assert.deepEqual([error.status, error.code], [502, 'engine_unauthorized']);
      assert.equal(error.headers?.get('x-should-retry'), 'false');
      return true;
    });
  });
});
