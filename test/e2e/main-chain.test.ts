import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { until } from '../support/poll.ts';
import {
  ask,
  askAfresh,
  askServed,
  assertPaintedFor,
  download,
  type PictureRequest,
  readParameters,
  readServerTiming,
  toAddress,
} from './ask.ts';
import { type Chain, countGenerations, startChain } from './chain.ts';
import { WORKER_TOKEN } from './services.ts';

/** More than every picture of these tests, so that Imgur keeps them as PNG. */
const NO_CONVERSION_BYTES = 10 * 1024 * 1024;

describe('a prompt becomes the address of a picture, through real processes and a real Chromium', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain({ imgur: { pngConversionBytes: NO_CONVERSION_BYTES } });
  });
  after(() => chain.stop());

  test('every shape: the address serves a PNG of that size, painted for this request', async () => {
    for (const shape of ['square', 'portrait', 'landscape'] as const) {
      const request = {
        prompt: `a ferry in ${shape} format`,
        negative_prompt: 'fog',
        seed: 70,
        guidance_scale: 9,
        shape,
      };
      const { body } = await askServed(chain.url, request);
      const png = await download(body.image_url);
      await assertPaintedFor(png, request);
      const { width, height } = await sharp(png).metadata();
      assert.deepEqual([body.width, body.height], [width, height]);
      assert.deepEqual([body.engine, body.store, body.seed, body.cached], ['perchance', 'imgur', 70, false]);
      assert.deepEqual(body.warnings, []);
      const { Prompt, Seed, Size, 'CFG scale': guidance, 'Negative prompt': negative } = readParameters(png);
      assert.deepEqual([Prompt, Seed, Size], [request.prompt, '70', `${width}x${height}`]);
      assert.deepEqual([guidance, negative], ['9', 'fog']);
    }
  });

  test('the answer names the random seed that was used', async () => {
    const request = { prompt: 'an orchard after rain' };
    const { body } = await askServed(chain.url, request);
    const seed = Number(body.seed);
    await assertPaintedFor(await download(body.image_url), { ...request, seed });
  });

  test('output=image answers the bytes, in every format', async () => {
    for (const format of ['png', 'jpeg', 'webp', 'avif'] as const) {
      const request = { prompt: 'a kiln', seed: 5, output: 'image', format } as const;
      const response = await fetch(toAddress(chain.url, request));
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), `image/${format}`);
      assert.equal(response.headers.get('x-seed'), '5');
      await assertPaintedFor(Buffer.from(await response.arrayBuffer()), request);
    }
  });

  test('output=redirect leads to the picture at the host', async () => {
    const request = { prompt: 'a weir', seed: 6, output: 'redirect' } as const;
    const response = await fetch(toAddress(chain.url, request), { redirect: 'manual' });
    assert.equal(response.status, 302);
    const location = String(response.headers.get('location'));
    assert.ok(location.startsWith(`${chain.imgur.url}/i/`), location);
    await assertPaintedFor(await download(location), request);
  });

  test('a format that the host does not take arrives as PNG, and the answer says so', async () => {
    const { body } = await askServed(chain.url, { prompt: 'a mill', seed: 8, format: 'webp' });
    await assertPaintedFor(await download(body.image_url), { prompt: 'a mill', seed: 8 });
    assert.match(String(body.warnings), /imgur keeps the picture as image\/png instead of image\/webp/);
  });

  test('20 different requests at once: each gets the picture of its own prompt', async () => {
    const shapes = ['portrait', 'landscape', 'square'] as const;
    const all = Array.from({ length: 20 }, (_, index) => ({
      prompt: `harbour number ${index}, boats (seed:::${index})`,
      seed: 4_000_000_000 + index,
      guidance_scale: 1 + (index % 20),
      shape: shapes[index % 3] ?? 'square',
    }));
    const answers = await Promise.all(all.map((request) => askServed(chain.url, request)));
    assert.equal(new Set(answers.map(({ body }) => body.image_url)).size, all.length);
    for (const [index, request] of all.entries()) {
      await assertPaintedFor(await download(answers[index]?.body.image_url), request);
    }
    assert.equal(chain.perchance.concurrency().highest, 1, 'one identity, one picture at a time');
  });

  test('the same seed is remembered, and gives the same bytes when made again', async () => {
    const request: PictureRequest = { prompt: 'a quarry', seed: 11 };
    const first = await askServed(chain.url, request);
    const before = countGenerations(chain);
    const remembered = await askServed(chain.url, request);
    assert.equal(remembered.body.cached, true);
    assert.equal(remembered.body.image_url, first.body.image_url);
    assert.equal(countGenerations(chain), before);
    const again = await askAfresh(chain.url, request);
    assert.equal(again.body.cached, false);
    assert.equal(countGenerations(chain), before + 1);
    assert.notEqual(again.body.image_url, first.body.image_url);
    assert.ok((await download(again.body.image_url)).equals(await download(first.body.image_url)));
  });

  test('Server-Timing names the stages, and their sum is at most the whole time', async () => {
    const { headers, tookMs } = await askServed(chain.url, { prompt: 'a pier', seed: 12 });
    const timings = readServerTiming(headers);
    for (const stage of ['queue', 'generate', 'download', 'convert', 'upload']) {
      assert.ok(stage in timings, `${stage} is missing in ${headers.get('server-timing')}`);
    }
    const sum = Object.values(timings).reduce((total, ms) => total + ms, 0);
    const rounding = Object.keys(timings).length;
    assert.ok(sum <= tookMs + rounding, `${sum} ms of ${tookMs} ms`);
  });

  test('the request id travels to the log of both services and back', async () => {
    const id = 'trace-me-5b1c';
    const { headers } = await askServed(chain.url, { prompt: 'a lock' }, { headers: { 'x-request-id': id } });
    assert.equal(headers.get('x-request-id'), id);
    for (const { logged } of [chain.gateway, chain.worker]) {
      await until(() => logged.some((line) => line.includes(`"requestId":"${id}"`)), `the log line of ${id}`);
    }
  });

  test('no prompt, token or delete hash is in any log or answer', async () => {
    const prompt = 'unrepeatable words of 9f3e';
    const served = await askServed(chain.url, { prompt, seed: 13 });
    const refused = await ask(chain.url, { prompt, seed: 2 ** 40 });
    assert.equal(refused.status, 400);
    const status = await (await fetch(`${chain.url}/jobs/${served.body.job_id}`)).text();
    const deleteHashes = chain.imgur.uploads.map(({ deletehash }) => deletehash);
    const secrets = [WORKER_TOKEN, chain.imgur.clientId, ...deleteHashes];
    const requestId = String(served.headers.get('x-request-id'));
    await until(() => chain.worker.logged.some((line) => line.includes(requestId)), 'the last line of the log');
    const logs = [...chain.gateway.logged, ...chain.worker.logged].join('\n');
    const answers = [served, refused].map(({ text, headers }) => text + JSON.stringify([...headers])).join('\n');
    for (const secret of secrets) {
      assert.ok(!logs.includes(secret), `${secret} was logged`);
      assert.ok(!(answers + status).includes(secret), `${secret} was answered`);
    }
    for (const logged of [prompt, encodeURIComponent(prompt), 'unrepeatable']) assert.ok(!logs.includes(logged));
    assert.ok(!refused.text.includes('unrepeatable'), 'an error repeats no prompt');
  });
});
