import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { createRateLimit } from '../../api/http/middleware/rate-limit.ts';
import { insertChunks, toChunk, toTextChunk } from '../../worker/picture/png-chunks.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { encodeAs } from '../support/encode.ts';
import { createRandom } from '../support/random.ts';

/** A small file may hold gigabytes of compressed text, or wrong positions of its text. */

const MAX_ANSWER_BYTES = 2_500_000;

describe('a hostile picture', () => {
  let gateway: TestGateway;
  let plain: Buffer;
  before(async () => {
    gateway = await startGateway();
    plain = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  });
  after(() => gateway.stop());

  const read = (url: string, picture: Buffer) =>
    fetch(`${url}/sdapi/v1/png-info`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ image: picture.toString('base64') }),
    });

  test('has one budget for all its inflated texts', async () => {
    const bomb = deflateSync(Buffer.alloc(990_000, 'a'), { level: 9 });
    const chunks = Array.from({ length: 100 }, (_, index) =>
      toChunk('zTXt', Buffer.concat([Buffer.from(`text${index}\0\0`, 'latin1'), bomb])),
    );
    const picture = insertChunks(plain, chunks);
    assert.ok(picture.length < 150_000);
    const response = await read(gateway.url, picture);
    assert.equal(response.status, 200);
    const answer = await response.text();
    assert.ok(answer.length < MAX_ANSWER_BYTES, `${answer.length} bytes`);
  });

  test('with hundreds of thousands of empty chunks or texts is read only to a limit', async () => {
    const chunks = Array.from({ length: 200_000 }, (_, index) => toChunk('tEXt', Buffer.from(`k${index}\0v`)));
    const started = performance.now();
    const response = await read(gateway.url, insertChunks(plain, chunks));
    assert.equal(response.status, 200);
    const { items } = (await response.json()) as { items: object };
    assert.ok(Object.keys(items).length <= 100);
    assert.ok(performance.now() - started < 5000);
  });

  test('with a long text is read in time proportional to its length', async () => {
    for (const text of ['a:'.repeat(400_000), ', '.repeat(400_000), 'Steps: "'.repeat(100_000), '\n'.repeat(900_000)]) {
      const started = performance.now();
      const response = await read(gateway.url, insertChunks(plain, [toTextChunk('parameters', text)]));
      assert.equal(response.status, 200);
      assert.ok(performance.now() - started < 2000, text.slice(0, 8));
    }
  });

  test('of any kind, cut or corrupted at any place, gets an answer', async () => {
    const random = createRandom(7);
    const png = insertChunks(plain, [toTextChunk('parameters', 'a fox\nSteps: 1, Seed: 2, Size: 8x8')]);
    for (const format of ['png', 'jpeg', 'webp', 'avif'] as const) {
      const whole = await encodeAs(png, format);
      for (let count = 0; count < 60; count++) {
        const spoiled = Buffer.from(whole.subarray(0, random.int(16, Math.min(whole.length, 1000))));
        for (let byte = 0; byte < 4; byte++) spoiled[random.int(12, spoiled.length - 1)] = random.int(0, 255);
        const { status } = await read(gateway.url, spoiled);
        assert.ok(status === 200 || status === 422, `${format}: ${status}`);
      }
    }
  });

  test('counts against the limit of requests before its body is read', async () => {
    const limited = await startGateway({ limit: createRateLimit({ perMinute: 2 }) });
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await read(limited.url, plain)).status);
    await limited.stop();
    assert.deepEqual(statuses, [200, 200, 429]);
  });
});
