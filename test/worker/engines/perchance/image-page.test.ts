import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { AppError, type ErrorCode } from '../../../../shared/errors.ts';
import type { Engine, EngineRequest } from '../../../../worker/engines/engine.ts';
import { readFingerprint } from '../../../stand-ins/perchance/fingerprint.ts';
import type { PerchanceMode } from '../../../stand-ins/perchance/modes.ts';
import { createPerchanceOnStandIn, fingerprintFor, type Perchance, paint, requestFor } from './setup.ts';

const SECRET_PROMPT = 'a quay, marked oystercatcher-19b2';

describe('perchance by the page "Image API v1"', () => {
  let perchance: Perchance;
  let byPage: Engine;
  before(async () => {
    perchance = await createPerchanceOnStandIn();
    byPage = perchance.createEngine({ way: 'page', waits: { part: 1500 } });
  });
  afterEach(() => perchance.site.setMode('ok'));
  after(() => perchance.close());

  async function assertPaints(engine: Engine, changes: Partial<EngineRequest> = {}): Promise<void> {
    const image = await paint(engine, changes);
    assert.equal(await readFingerprint(image.bytes), fingerprintFor(requestFor(changes)));
    assert.equal(image.seed, requestFor(changes).seed);
  }

  async function failureOf(engine: Engine): Promise<AppError> {
    const error: unknown = await paint(engine, { prompt: SECRET_PROMPT }).then(
      () => assert.fail('made a picture although it must fail'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof AppError, String(error));
    assert.doesNotMatch(`${error.message} ${String(error.details.cause)}`, /oystercatcher/);
    return error;
  }

  test('every option reaches the service unchanged, and the permanent link is fetched', async () => {
    await assertPaints(byPage, {
      prompt: 'ünïcode, “quotes”, 100% #hash? & <b> 🎈\n2nd line',
      ...{ negativePrompt: 'fog & <b>', seed: 4_294_967_295, guidanceScale: 30 },
      ...{ shape: 'landscape', width: 768, height: 512 },
    });
    assert.equal(perchance.site.documentLoads.outer, 0, 'the generator page of the first way was not opened');
  });

  const faults: readonly [PerchanceMode, ErrorCode, RegExp, number?][] = [
    ['image_page_challenge', 'engine_challenge', /image page/, 15 * 60_000],
    ['cf403_api', 'engine_challenge', /verifyUser|generate/, 15 * 60_000],
    ['image_page_404', 'engine_changed', /image page: HTTP 404/],
    ['image_page_silent', 'engine_changed', /neither a result nor a call/],
    ['image_page_invalid', 'engine_changed', /image page: 400/],
    ['image_page_elsewhere', 'engine_changed', /another host, pictures\.invalid/],
    ['image_page_rate', 'engine_busy', /image page/, 40_000],
    ['image_page_failure', 'engine_failed', /image page: 500/],
    ['rate_429', 'engine_busy', /generate/, 60_000],
  ];
  for (const [mode, code, message, restMs] of faults) {
    test(`mode ${mode}: ${code}`, async () => {
      perchance.site.setMode(mode);
      const error = await failureOf(byPage);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.equal(error.details.restMs, restMs);
      perchance.site.setMode('ok');
      await assertPaints(byPage);
    });
  }

  test('a cancellation ends it within 200 ms', async () => {
    perchance.site.setMode('hang');
    const calls = perchance.site.requests.filter(({ endpoint }) => endpoint === 'generate').length;
    const abort = new AbortController();
    const painted = paint(byPage, {}, abort.signal);
    painted.catch(() => undefined);
    await perchance.site.waitForRequest('generate', calls + 1);
    const startedAt = performance.now();
    abort.abort();
    await assert.rejects(painted, { code: 'cancelled' });
    assert.ok(performance.now() - startedAt < 200);
  });

  describe('as the fallback of the embed', () => {
    test('it makes the picture when the embed has changed, and is used first afterwards', async () => {
      const engine = perchance.createEngine({ way: 'auto', waits: { part: 1500 } });
      perchance.site.setMode('redesigned_outer');
      await assertPaints(engine, { seed: 5 });
      const loads = perchance.site.documentLoads.outer;
      await assertPaints(engine, { seed: 6 });
      assert.equal(perchance.site.documentLoads.outer, loads, 'the missing embed was not looked for again');
    });

    test('it is not used while the embed works', async () => {
      const { imagePage } = perchance.site.documentLoads;
      await assertPaints(perchance.createEngine({ way: 'auto' }), { seed: 7 });
      assert.equal(perchance.site.documentLoads.imagePage, imagePage);
    });

    test('a check for humans does not cause the fallback', async () => {
      const { imagePage } = perchance.site.documentLoads;
      perchance.site.setMode('cf403_api');
      assert.equal((await failureOf(perchance.createEngine({ way: 'auto' }))).code, 'engine_challenge');
      assert.equal(perchance.site.documentLoads.imagePage, imagePage);
    });

    test('when both have changed, the error names the embed', async () => {
      perchance.site.setMode('redesigned_outer', { imagePage: 'not_found' });
      const error = await failureOf(perchance.createEngine({ way: 'auto', waits: { part: 1500 } }));
      assert.equal(error.code, 'engine_changed');
      assert.match(error.message, /outer page: none of/);
    });
  });
});
