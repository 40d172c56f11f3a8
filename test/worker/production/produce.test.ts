import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import sharp from 'sharp';
import { readPngTexts } from '../../../api/dialects/automatic1111/picture-text/png-text.ts';
import type { GenerationResult } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';
import { readInfotext } from '../../../shared/picture/infotext.ts';
import type { Store } from '../../../worker/stores/store.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeEngine, failing, hanging, paintAll, paintOne } from '../fake-engine.ts';
import { type FrontDoor, type Outcome, openFrontDoor, PROMPT } from '../front-door.ts';

let door: FrontDoor | undefined;
afterEach(async () => {
  await door?.close();
  door = undefined;
});

async function openDoor(...options: Parameters<typeof openFrontDoor>): Promise<FrontDoor> {
  door = await openFrontDoor(...options);
  return door;
}

function resultOf({ result, error }: Outcome): GenerationResult {
  assert.ok(result !== undefined, `no result: ${error?.code} ${error?.message}`);
  return result;
}

async function pictureOf(id = ''): Promise<Buffer> {
  const response = await door?.call(`/pictures/${id}`);
  assert.equal(response?.status, 200);
  return Buffer.from((await response?.arrayBuffer()) ?? []);
}

async function colourOf(png: Buffer): Promise<number> {
  const [red = 0, green = 0] = await sharp(png).raw().toBuffer();
  return red + green * 256;
}

/** A host in memory. Its next uploads fail with `problems`. */
function createFakeStore(name: string, problems: AppError[] = []): Store & { readonly kept: Map<string, Buffer> } {
  const kept = new Map<string, Buffer>();
  return {
    name,
    accepts: ['image/png', 'image/jpeg'],
    kept,
    async put({ id, bytes }) {
      const problem = problems.shift();
      if (problem !== undefined) throw problem;
      kept.set(id, bytes);
      return { url: `https://${name}.example/${id}.png`, deleteToken: `delete-${id}` };
    },
  };
}

const refusal = (): AppError => new AppError('store_failed', 'pretends to be full');

describe('a production', () => {
  test('results in a hosted picture of the request, with its settings in the file', async () => {
    const engine = createFakeEngine('first');
    const { produce } = await openDoor({ engines: [engine] });
    const result = resultOf(await produce({ seed: 4242, negativePrompt: 'fog', guidanceScale: 7.4 }));
    const [picture] = result.pictures;
    assert.deepEqual(
      { ...result, pictures: [], timings: {} },
      {
        engine: 'first',
        pictures: [],
        guidanceScale: 7,
        steps: 20,
        warnings: ['The guidance scale 7.4 became 7: first takes whole numbers from 1 to 20.'],
        attempts: [],
        worker: 'worker-of-a-test',
        timings: {},
      },
    );
    assert.deepEqual(
      { ...picture, id: '' },
      {
        id: '',
        url: `/images/${picture?.id}.png`,
        store: 'disk',
        width: 64,
        height: 64,
        seed: 4242,
        mediaType: 'image/png',
      },
    );
    const png = await pictureOf(picture?.id);
    assert.equal(await colourOf(png), 4242);
    const { prompt, ...infotext } = { prompt: PROMPT, ...readInfotext(readPngTexts(png).parameters ?? '') };
    assert.deepEqual(infotext, {
      Prompt: prompt,
      'Negative prompt': 'fog',
      Steps: '20',
      'CFG scale': '7',
      Seed: '4242',
      Size: '64x64',
      Model: 'first',
    });
  });

  test('writes only the wanted metadata into its file, even if another picture is on the shelf', async () => {
    const stores = [createFakeStore('host', [refusal(), refusal()])];
    const { produce } = await openDoor({ engines: [createFakeEngine('first')], stores });
    await produce({ seed: 4242 });
    for (const [metadata, expected] of [
      ['settings', 'Steps: 20, CFG scale: 7, Seed: 4242, Size: 64x64, Model: first'],
      ['none', undefined],
    ] as const) {
      const [picture] = resultOf(await produce({ seed: 4242, metadata, deliver: 'bytes' })).pictures;
      const texts = readPngTexts(await pictureOf(picture?.id));
      assert.equal(texts.parameters, expected);
      assert.match(texts['XML:com.adobe.xmp'] ?? '', /DigitalSourceType/);
    }
  });

  test('reports its stages as they come, and how long each took', async () => {
    const clock = createManualClock();
    const engine = createFakeEngine('first', async (request, { onProgress }) => {
      clock.advance(30);
      onProgress({ stage: 'page' });
      clock.advance(200);
      onProgress({ stage: 'generate', fraction: 0.5, engineStatus: 'painting' });
      clock.advance(1000);
      onProgress({ stage: 'download' });
      clock.advance(70);
      return paintAll(request);
    });
    const { produce } = await openDoor({ engines: [engine], clock });
    const { events, result } = await produce();
    const stages = events.flatMap((event) => (event.type === 'progress' ? [`${event.stage} ${event.engine}`] : []));
    assert.deepEqual(stages, [
      'queue undefined',
      'generate first',
      'page first',
      'generate first',
      'download first',
      'convert first',
      'upload first',
    ]);
    assert.deepEqual(result?.timings, { queue: 0, generate: 1030, page: 200, download: 70, convert: 0, upload: 0 });
  });

  test('of several pictures calls the engine until all are there, with consecutive seeds', async () => {
    const engine = createFakeEngine('first', paintAll, { maxCount: 2 });
    const { produce } = await openDoor({ engines: [engine] });
    const { pictures } = resultOf(await produce({ count: 5, seed: 2 ** 32 - 2, deliver: 'bytes' }));
    assert.deepEqual(
      engine.calls.map(({ seed, count }) => [seed, count]),
      [
        [2 ** 32 - 2, 2],
        [0, 2],
        [2, 1],
      ],
    );
    assert.equal(new Set(pictures.map(({ id }) => id)).size, 5);
    assert.deepEqual(
      await Promise.all(pictures.map(async ({ id }) => colourOf(await pictureOf(id)))),
      [65534, 65535, 0, 1, 2],
    );
  });

  test('in another format is that format at the store and on the shelf', async () => {
    const { produce, call } = await openDoor({ engines: [createFakeEngine('first')] });
    for (const [format, extension] of [
      ['jpeg', 'jpg'],
      ['webp', 'webp'],
      ['avif', 'avif'],
    ] as const) {
      const [picture] = resultOf(await produce({ format })).pictures;
      assert.equal(picture?.mediaType, `image/${format}`);
      assert.equal(picture?.url, `/images/${picture?.id}.${extension}`);
      const response = await call(`/pictures/${picture?.id}`);
      assert.equal(response.headers.get('content-type'), `image/${format}`);
      assert.equal((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width, 64);
    }
  });

  test('for a caller who wants bytes asks no store', async () => {
    const store = createFakeStore('host');
    const { produce } = await openDoor({ engines: [createFakeEngine('first')], stores: [store] });
    const [picture] = resultOf(await produce({ deliver: 'bytes' })).pictures;
    assert.deepEqual([picture?.url, picture?.store, store.kept.size], [undefined, undefined, 0]);
    assert.equal(await colourOf(await pictureOf(picture?.id)), 7);
  });

  test('warns when the picture has another size than requested', async () => {
    const engine = createFakeEngine('first', async ({ seed }) => ({
      images: [await paintOne(seed, { width: 80, height: 40 })],
      warnings: [],
    }));
    const { produce } = await openDoor({ engines: [engine] });
    const { pictures, warnings } = resultOf(await produce());
    assert.deepEqual([pictures[0]?.width, pictures[0]?.height], [80, 40]);
    assert.deepEqual(warnings, ['first made a picture of 80x40 instead of 64x64.']);
  });

  test('refuses a flagged picture in safe mode, without a fallback', async () => {
    const flagged = createFakeEngine('first', async (request) => {
      const { images } = await paintAll(request);
      return { images: images.map((image) => ({ ...image, nsfw: true })), warnings: [] };
    });
    const next = createFakeEngine('next');
    const { produce } = await openDoor({ engines: [flagged, next] });
    const { error } = await produce({ safe: true });
    assert.deepEqual([error?.code, next.calls.length], ['prompt_refused', 0]);
    assert.equal(resultOf(await produce()).pictures[0]?.nsfw, true);
  });
});

describe('falling back between engines', () => {
  test('if five fail in five ways, the sixth serves and the answer says why', async () => {
    const broken = async () => ({ images: [{ bytes: Buffer.from('<html>503</html>') }], warnings: [] });
    const engines = [
      createFakeEngine('a', failing('engine_challenge')),
      createFakeEngine('b', failing('engine_unauthorized')),
      createFakeEngine('c', hanging),
      createFakeEngine('d', broken),
      createFakeEngine('e', async () => Promise.reject(new TypeError('a bug'))),
      createFakeEngine('f'),
    ];
    const { produce, log } = await openDoor({ engines, engineTimeoutMs: 50 });
    const result = resultOf(await produce({ seed: 99 }));
    assert.equal(result.engine, 'f');
    const codes = ['engine_challenge', 'engine_unauthorized', 'engine_timeout', 'engine_failed', 'internal'];
    assert.deepEqual(
      result.attempts,
      codes.map((code, index) => ({ engine: 'abcde'[index], code })),
    );
    assert.deepEqual(
      result.warnings,
      codes.map((code, index) => `${'abcde'[index]} could not serve (${code}); f painted this picture instead.`),
    );
    assert.equal(await colourOf(await pictureOf(result.pictures[0]?.id)), 99);
    assert.match(log(), /pretends engine_challenge/);

    const second = resultOf(await produce());
    assert.deepEqual(
      second.attempts.map(({ engine }) => engine),
      ['c', 'd', 'e'],
      'two of them rest now',
    );
    assert.equal(second.warnings[0], 'a rests for a while (engine_challenge); f painted this picture instead.');
    assert.equal(second.isFallback, true);
  });

  test('a refused prompt is never offered to the next engine', async () => {
    const next = createFakeEngine('next');
    const { produce } = await openDoor({ engines: [createFakeEngine('first', failing('prompt_refused')), next] });
    const { error } = await produce();
    assert.deepEqual([error?.code, next.calls.length], ['prompt_refused', 0]);
  });

  test('if all fail, the answer is the most useful error, with all that failed', async () => {
    const engines = [
      createFakeEngine('a', failing('engine_changed', { evidence: 'sure' })),
      createFakeEngine('b', failing('engine_busy', { restMs: 20_000 })),
      createFakeEngine('c', failing('engine_challenge', { restMs: 900_000 })),
    ];
    const { produce } = await openDoor({ engines });
    const { error } = await produce();
    assert.equal(error?.code, 'engine_busy');
    assert.deepEqual(
      error?.attempts?.map(({ engine, code }) => `${engine} ${code}`),
      ['a engine_changed', 'b engine_busy', 'c engine_challenge'],
    );
    assert.equal(error?.retryAfterSeconds, 20);
    const { error: later } = await produce();
    assert.deepEqual([later?.code, later?.attempts, later?.retryAfterSeconds], ['engine_busy', [], 20]);
  });

  test('only a pinned engine serves, and one that is not enabled is a fault of the request', async () => {
    const other = createFakeEngine('other');
    const { produce } = await openDoor({ engines: [createFakeEngine('first', failing('engine_failed')), other] });
    assert.equal((await produce({ engine: 'first' })).error?.code, 'engine_failed');
    assert.equal(other.calls.length, 0);
    const { error } = await produce({ engine: 'nobody' });
    assert.deepEqual([error?.code, error?.field], ['invalid_request', 'engine']);
    assert.equal(error?.publicMessage, 'engine: not enabled here; the enabled ones are first, other.');
  });

  test('a preferred engine comes first if it is enabled', async () => {
    const { produce } = await openDoor({ engines: [createFakeEngine('first'), createFakeEngine('second')] });
    assert.equal(resultOf(await produce({ preferredEngine: 'second' })).engine, 'second');
    assert.equal(resultOf(await produce({ preferredEngine: 'nobody' })).engine, 'first');
  });

  test('with strict an engine that cannot honour a parameter is not asked', async () => {
    const narrow = createFakeEngine('narrow', paintAll, { negativePrompt: false });
    const { produce } = await openDoor({ engines: [narrow, createFakeEngine('wide')] });
    const changes = { negativePrompt: 'fog' };
    assert.equal(resultOf(await produce(changes)).engine, 'narrow');
    const result = resultOf(await produce({ ...changes, strict: true }));
    assert.deepEqual(
      [result.engine, result.warnings],
      ['wide', ['narrow was not asked, because strict: narrow takes no negative prompt; it was left out.']],
    );
    const { error } = await produce({ ...changes, strict: true, engine: 'narrow' });
    assert.deepEqual([error?.code, error?.field], ['invalid_request', 'strict']);
  });

  test("a caller's own wrong token does not make the engine rest for other callers", async () => {
    const engine = createFakeEngine('first', async (request) => {
      if (request.credential !== undefined) throw new AppError('engine_unauthorized', 'a wrong token');
      return paintAll(request);
    });
    const { produce, log } = await openDoor({ engines: [engine] });
    const { error } = await produce({}, { credentials: { first: 'callers-own-token-5521' } });
    assert.equal(error?.code, 'unauthorized');
    assert.equal(resultOf(await produce()).engine, 'first');
    assert.ok(!log().includes('callers-own-token-5521'));
  });

  test('a caller who sends or needs a token gets no other engine’s picture', async () => {
    const needsToken = 'Send a token.';
    const first = createFakeEngine('first', failing('engine_unauthorized'));
    const { produce } = await openDoor({ engines: [{ ...first, needsToken }, createFakeEngine('next')] });
    const preferred = { preferredEngine: 'first' };
    const refused = await produce(preferred, { credentials: { first: 'callers-own-token-5521' } });
    assert.equal(refused.error?.code, 'unauthorized');
    for (const changes of [preferred, { engine: 'first' }]) {
      const { error } = await produce(changes);
      assert.deepEqual([error?.code, error?.publicMessage], ['unauthorized', needsToken]);
    }
    assert.equal(resultOf(await produce()).engine, 'next', 'nobody asked for the first by name');
  });

  test('the deadline of the whole job leaves time for the next engine', async () => {
    const { produce } = await openDoor({ engines: [createFakeEngine('first', hanging), createFakeEngine('next')] });
    const result = resultOf(await produce({}, { timeoutMs: 1500 }));
    assert.deepEqual([result.engine, result.attempts[0]?.code], ['next', 'engine_timeout']);
    const { error } = await produce({ engine: 'first' }, { timeoutMs: 100 });
    assert.equal(error?.code, 'engine_timeout');
  });
});

describe('falling back between stores', () => {
  test('the next store takes the same picture, and the answer says so', async () => {
    const [first, second] = [createFakeStore('first-host', [refusal()]), createFakeStore('second-host')];
    const engine = createFakeEngine('first');
    const { produce } = await openDoor({ engines: [engine], stores: [first, second] });
    const { pictures, warnings } = resultOf(await produce());
    assert.deepEqual([pictures[0]?.store, pictures[0]?.deleteToken], ['second-host', `delete-${pictures[0]?.id}`]);
    assert.deepEqual(warnings, ['first-host could not keep the picture; second-host keeps it instead.']);
    assert.equal(engine.calls.length, 1);
  });

  test('a store gets PNG when it does not take the format, and none that is too large for it', async () => {
    const picky = createFakeStore('picky');
    const small: Store = { ...createFakeStore('small'), maxBytes: 10 };
    const { produce } = await openDoor({ engines: [createFakeEngine('first')], stores: [small, picky] });
    const { pictures, warnings } = resultOf(await produce({ format: 'webp' }));
    assert.deepEqual([pictures[0]?.store, pictures[0]?.mediaType], ['picky', 'image/png']);
    assert.match(warnings[0] ?? '', /^small takes no picture of \d+ bytes\.$/);
    assert.equal(warnings[1], 'picky keeps the picture as image/png instead of image/webp.');
  });

  for (const [name, second] of [
    ['the same job again', { jobId: 'retried' }],
    ['another job with the same request', { jobId: 'another' }],
  ] as const) {
    test(`after store_failed ${name} is uploaded without a second generation`, async () => {
      const engine = createFakeEngine('first');
      const store = createFakeStore('host', [refusal()]);
      const { produce } = await openDoor({
        engines: [createFakeEngine('zero', failing('engine_failed')), engine],
        stores: [store],
      });
      const { error } = await produce({}, { jobId: 'retried' });
      assert.deepEqual([error?.code, error?.attempts], ['store_failed', [{ engine: 'zero', code: 'engine_failed' }]]);
      const result = resultOf(await produce({}, second));
      assert.deepEqual([engine.calls.length, store.kept.size], [1, 1]);
      assert.deepEqual(result.warnings, ['zero could not serve (engine_failed); first painted this picture instead.']);
      assert.equal(await colourOf(store.kept.get(result.pictures[0]?.id ?? '') ?? Buffer.alloc(0)), 7);
    });
  }

  test('a job that runs again makes no second picture, and keeps its ids', async () => {
    const engine = createFakeEngine('first');
    const { produce } = await openDoor({ engines: [engine] });
    const first = resultOf(await produce({ count: 2 }, { jobId: 'again' }));
    const second = resultOf(await produce({ count: 2 }, { jobId: 'again' }));
    assert.deepEqual(second.pictures, first.pictures);
    assert.equal(engine.calls.length, 2);
  });

  test('a picture that was delivered is not handed to another job', async () => {
    const engine = createFakeEngine('first');
    const { produce } = await openDoor({ engines: [engine] });
    await produce();
    await produce();
    assert.equal(engine.calls.length, 2);
  });

  test("a pinned engine never gets another's picture from the shelf", async () => {
    const [a, b] = [createFakeEngine('a'), createFakeEngine('b')];
    const { produce } = await openDoor({ engines: [a, b], stores: [createFakeStore('host', [refusal()])] });
    await produce({ engine: 'a' }, { jobId: 'pinned' });
    assert.equal(resultOf(await produce({ engine: 'b' }, { jobId: 'pinned' })).engine, 'b');
    assert.equal(b.calls.length, 1);
  });

  test('a shelf that cannot be written does not stop the upload', async () => {
    const { produce } = await openDoor({
      engines: [createFakeEngine('first')],
      stores: [createFakeStore('host')],
      // A file, so that no directory can be made in it.
      dataDirectory: import.meta.filename,
    });
    assert.equal(resultOf(await produce()).pictures[0]?.store, 'host');
    const { error } = await produce({ deliver: 'bytes' });
    assert.equal(error?.code, 'store_failed');
  });
});
