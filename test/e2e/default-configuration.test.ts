import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { askServed, download, readParameters, readServerTiming } from './ask.ts';
import { findClosedDoor } from './closed-door.ts';
import { type Services, startServices } from './services.ts';

/** How much longer unreachable services may make the first request. */
const MAX_EXTRA_MS = 3000;

interface StatusAnswer {
  readonly workers: readonly {
    readonly engines: readonly { readonly name: string; readonly state: string; readonly sendsPromptsTo?: string }[];
  }[];
}

describe('with ENGINES unset and every outside service unreachable', () => {
  let services: Services;
  before(async () => {
    const closed = await findClosedDoor();
    services = await startServices({
      workerEnv: {
        ...{ ENGINES: '', STORES: '', PERCHANCE_URL: closed, PERCHANCE_EMBED_URL: `${closed}/embed` },
        ...{
          PERCHANCE_PAGE_URL: `${closed}/page`,
          GRADIO_SPACES: 'https://192.0.2.1',
          HORDE_URL: 'https://horde.invalid',
        },
      },
    });
  });
  after(() => services.stop());

  test('sketch serves, the answer says why, and only the first request takes longer', async () => {
    const first = await askServed(services.url, { prompt: 'a moonlit bay', seed: 1 });
    const second = await askServed(services.url, { prompt: 'a moonlit bay', seed: 2 });
    for (const { body } of [first, second]) assert.deepEqual([body.engine, body.store], ['sketch', 'disk']);
    for (const { body } of [first, second]) {
      for (const name of ['perchance', 'gradio', 'horde']) {
        assert.match(
          String(body.warnings),
          new RegExp(`${name} rests for a while \\(engine_failed\\); sketch painted`),
        );
      }
    }

    const { browser = 0, page = 0 } = readServerTiming(first.headers);
    const extraMs = first.tookMs - browser - second.tookMs;
    assert.ok(extraMs < MAX_EXTRA_MS, `${extraMs} ms more than the second request, ${page} ms of them for pages`);
    const { page: secondPage = 0 } = readServerTiming(second.headers);
    assert.ok(secondPage < MAX_EXTRA_MS / 3, `the second request waited ${secondPage} ms for a page`);
  });

  test('the status says where prompts go, and that no host there can be reached', async () => {
    const { workers } = (await (await fetch(`${services.url}/status`)).json()) as StatusAnswer;
    const facts = workers
      .flatMap(({ engines }) => engines)
      .map(({ name, state, sendsPromptsTo }) => [name, state, sendsPromptsTo]);
    const closed = facts[0]?.[2];
    assert.match(String(closed), /^127\.0\.0\.1:/);
    assert.deepEqual(facts, [
      ['perchance', 'resting', closed],
      ['gradio', 'resting', '192.0.2.1'],
      ['horde', 'resting', 'horde.invalid'],
      ['sketch', 'ready', undefined],
    ]);
  });

  test('the picture is served by the gateway, with its size, its origin and its headers', async () => {
    const { body } = await askServed(services.url, { prompt: 'a moonlit bay', seed: 1 });
    assert.equal(body.cached, true);
    assert.ok(body.image_url?.startsWith(`${services.url}/images/`));
    const png = await download(body.image_url);
    const { format, width, height } = await sharp(png).metadata();
    assert.deepEqual([format, width, height], ['png', body.width, body.height]);
    assert.equal(readParameters(png).Model, 'sketch');
    const { headers } = await fetch(String(body.image_url), { method: 'HEAD' });
    assert.match(String(headers.get('cache-control')), /max-age=31536000.*immutable/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    // Without this cache-control, fetch sends `no-cache` with the tag, which asks for the whole picture.
    const known = { 'if-none-match': String(headers.get('etag')), 'cache-control': 'max-age=0' };
    const { status } = await fetch(String(body.image_url), { headers: known });
    assert.equal(status, 304);
  });

  test('the same prompt and seed give the same bytes when they are made again', async () => {
    const init = { headers: { 'cache-control': 'no-cache' } };
    const request = { prompt: 'two cranes over a marsh', seed: 77, shape: 'portrait' } as const;
    const [one, other] = [await askServed(services.url, request), await askServed(services.url, request, init)];
    assert.notEqual(one.body.image_url, other.body.image_url);
    assert.ok((await download(one.body.image_url)).equals(await download(other.body.image_url)));
  });
});
