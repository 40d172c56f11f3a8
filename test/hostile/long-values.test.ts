import { equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readInfotext } from '../../shared/picture/infotext.ts';
import { toExcerpt } from '../../worker/upstream/excerpt.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';

/** These take far less than half a second. Slow patterns took several seconds. */
const SOON_MS = 500;

async function soon<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await work();
  ok(performance.now() - start < SOON_MS, `it took ${performance.now() - start} ms`);
  return result;
}

describe('a long value is refused as quickly as a short one', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const post = (path: string, body: unknown) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('a number in the address', async () => {
    const answer = await soon(() => fetch(`${gateway.url}/generate?prompt=fox&seed=${'1'.repeat(40_000)}x`));
    equal(answer.status, 400);
  });

  test('a number in a body, in every dialect that reads one from text', async () => {
    const seed = `${'1'.repeat(40_000)}x`;
    for (const path of ['/jobs', '/v1/images/generations', '/sdapi/v1/txt2img', '/generate', '/image/generate']) {
      const answer = await soon(() => post(path, { prompt: 'fox', seed, n: seed, steps: seed, width: seed }));
      ok([200, 202, 400, 422].includes(answer.status), `${path}: ${answer.status}`);
    }
  });

  test('a checkpoint that looks like a title with a hash', async () => {
    const sd_model_checkpoint = ' '.repeat(200_000);
    const answer = await soon(() => post('/sdapi/v1/options', { sd_model_checkpoint }));
    ok(answer.status < 500);
  });
});

test('the settings in a picture are read quickly, whatever their text', async () => {
  for (const text of [
    ' '.repeat(200_000),
    'a '.repeat(100_000),
    'a:'.repeat(100_000),
    `a: "${'\\\\"'.repeat(70_000)}`,
  ]) {
    await soon(() => readInfotext(text));
  }
});

test('an error page of a service is read quickly, whatever its text', async () => {
  for (const text of [
    '<title'.repeat(80_000),
    `<${' '.repeat(480_000)}`,
    '<title>'.repeat(70_000),
    'sk-'.repeat(160_000),
  ]) {
    await soon(() => toExcerpt(text, ['a secret of the caller '.repeat(1300)]));
  }
});
