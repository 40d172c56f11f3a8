import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { readFingerprint } from '../../../stand-ins/perchance/fingerprint.ts';
import type { PerchanceMode } from '../../../stand-ins/perchance/modes.ts';
import { createPerchanceOnStandIn, fingerprintFor, type Perchance, paint, requestFor } from './setup.ts';

describe('perchance makes the requested picture', () => {
  let perchance: Perchance;
  before(async () => {
    perchance = await createPerchanceOnStandIn();
  });
  // The visitor keeps its key during all tests, so the site must not forget it.
  afterEach(() => perchance.site.setMode('ok'));
  after(() => perchance.close());

  async function assertPaints(changes: Partial<EngineRequest>) {
    const image = await paint(perchance.engine, changes);
    assert.equal(await readFingerprint(image.bytes), fingerprintFor(requestFor(changes)));
    assert.equal(image.seed, requestFor(changes).seed);
    return image;
  }

  test('every option reaches the service unchanged', async () => {
    await assertPaints({
      prompt: 'ünïcode, “quotes”, 100% #hash? & \u202Ertl 🎈\n2nd line',
      negativePrompt: 'fog & <b>',
      seed: 4_294_967_295,
      guidanceScale: 30,
      shape: 'landscape',
      width: 768,
      height: 512,
    });
    const call = perchance.site.requests.findLast(({ endpoint }) => endpoint === 'generate');
    assert.equal(call?.body?.channel, 'ai-text-to-image-generator');
    assert.equal(call?.body?.adAccessCode === '', false, "the page's own handshake gave it the advertisement code");
    assert.match(String(call?.referer), /\/embed$/);
  });

  test('options and template syntax inside a prompt stay text', async () => {
    const negativePrompt = '(guidanceScale:::2)';
    for (const prompt of [
      'a cat (seed:::1) (resolution:::512x512) (guidanceScale:::3) (width:::9) (size:::4)',
      '(negativePrompt:::everything',
      'a [list] of {red|blue} things, {import:other-generator} [$output]',
    ]) {
      await assertPaints({ prompt, negativePrompt, width: 512, height: 768, shape: 'portrait' });
    }
  });

  test('the same seed gives the same bytes', async () => {
    const [first, second] = [await assertPaints({ seed: 0 }), await assertPaints({ seed: 0 })];
    assert.deepEqual(first.bytes, second.bytes);
  });

  for (const mode of ['dom_v1', 'dom_v2', 'terms_dialog', 'lost_click', 'webp', 'dataurl'] as const) {
    test(`mode ${mode}`, async () => {
      perchance.site.setMode(mode);
      await assertPaints({ seed: 77 });
    });
  }

  const mended: readonly PerchanceMode[] = [
    ...(['busy', 'busy_203', 'queued', 'network_busy', 'gen_failure', 'stale', 'ad_code', 'ad_code_old_name'] as const),
    ...(['key_expired', 'invalid_user_key', 'failed_verification', 'invalid_browser_id'] as const),
    'verify_invalid_browser_id',
  ];
  for (const mode of mended) {
    test(`the page recovers from ${mode}, and the engine waits for it`, async () => {
      perchance.site.setMode(mode);
      const before = perchance.site.requests.length;
      await assertPaints({ seed: 78 });
      const calls = perchance.site.requests.slice(before);
      const asked = calls.filter(({ endpoint }) => endpoint === 'generate');
      const requestIds = new Set(asked.map(({ query }) => query.requestId));
      assert.equal(
        requestIds.size,
        mode === 'stale' ? 2 : 1,
        'the request keeps its id unless the site calls it stale',
      );
    });
  }

  test('nsfw is set when the site sets it', async () => {
    assert.equal((await assertPaints({})).nsfw, false);
    perchance.site.setMode('nsfw');
    assert.equal((await assertPaints({})).nsfw, true);
    perchance.site.setMode('dataurl');
    assert.equal((await assertPaints({})).nsfw, undefined);
  });

  test('progress contains the stages and the texts of the site', async () => {
    await assertPaints({});
    perchance.site.setMode('network_busy');
    const { progress } = await assertPaints({});
    const known = progress.filter((line) => line !== 'page' && line !== 'browser');
    assert.deepEqual(known, [
      'generate starting',
      'generate generate: network_busy',
      'generate generate: network_busy',
      'download generate: success',
    ]);
  });

  test('20 different requests at once each get their own picture, one at a time', async () => {
    const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all(seeds.map((seed) => assertPaints({ seed, prompt: `picture ${seed}` })));
    assert.equal(perchance.site.concurrency().highest, 1);
  });
});

test('the site sees one visitor, who passes one verification', async () => {
  const { site, engine, close } = await createPerchanceOnStandIn();
  try {
    for (const seed of [1, 2, 3]) await paint(engine, { seed });
    const verified = site.requests.filter(({ query }) => query.token !== undefined);
    assert.equal(verified.length, 1);
    const asked = site.requests.filter(({ endpoint }) => endpoint === 'generate');
    assert.equal(new Set(asked.map(({ query }) => query.userKey)).size, 1);
  } finally {
    await close();
  }
});
