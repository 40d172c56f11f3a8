import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../../../../shared/errors.ts';
import { close, listen } from '../../../../shared/net/http.ts';
import type { BrowserPages, DrivenPage } from '../../../../worker/browser/pages.ts';
import type { Engine } from '../../../../worker/engines/engine.ts';
import { readFingerprint } from '../../../stand-ins/perchance/fingerprint.ts';
import type { PerchanceMode } from '../../../stand-ins/perchance/modes.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import {
  createBrowser,
  createPerchanceOnStandIn,
  fingerprintFor,
  type Perchance,
  paint,
  requestFor,
  SILENT,
} from './setup.ts';

/** Modes that need a new visitor, or a page that is not open yet. */
async function visit(context: TestContext): Promise<Perchance> {
  const perchance = await createPerchanceOnStandIn();
  context.after(() => perchance.close());
  return perchance;
}

async function failureOf(engine: Engine, signal?: AbortSignal): Promise<AppError> {
  const error: unknown = await paint(engine, {}, signal).then(
    () => assert.fail('made a picture although it must fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AppError, String(error));
  return error;
}

async function assertPaints(engine: Engine): Promise<void> {
  const { bytes } = await paint(engine);
  assert.equal(await readFingerprint(bytes), fingerprintFor(requestFor()));
}

const CHALLENGE_REST_MS = 15 * 60_000;
const UNREACHABLE_REST_MS = 60_000;

describe('perchance meets a page or a verification that fails, and the next request works', () => {
  const cases: readonly [PerchanceMode, ErrorCode, RegExp, number?][] = [
    ['cf403_document', 'engine_challenge', /outer page/, CHALLENGE_REST_MS],
    ['turnstile_fail', 'engine_challenge', /verification failed/, CHALLENGE_REST_MS],
    ['turnstile_silent', 'engine_challenge', /verification did not complete/, CHALLENGE_REST_MS],
    ['turnstile_blocked', 'engine_challenge', /verification script/, CHALLENGE_REST_MS],
    ['verify_too_many_requests', 'engine_busy', /verifyUser/, 60_000],
    ['redesigned', 'engine_changed', /outer page: none of/],
    ['redesigned_outer', 'engine_changed', /outer page: none of/],
    ['redesigned_generator', 'engine_changed', /generator page: none of/],
    ['generator_hang', 'engine_failed', /generator page: no answer/],
    ['site_hang', 'engine_failed', /outer page: no answer/],
    ['site_error', 'engine_failed', /outer page: HTTP 502/],
  ];
  for (const [mode, code, step, restMs] of cases) {
    test(`mode ${mode}: ${code}`, async (context) => {
      const { site, engine } = await visit(context);
      site.setMode(mode);
      const error = await failureOf(engine);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, step);
      assert.equal(error.details.restMs, restMs);
      site.setMode('ok');
      await assertPaints(engine);
    });
  }

  test('a challenge only in the inner frame is a challenge too', async (context) => {
    const { site, engine } = await visit(context);
    site.setMode('ok', { generator: 'challenge' });
    const error = await failureOf(engine);
    assert.equal(error.code, 'engine_challenge');
    assert.match(error.message, /generator page/);
  });

  test('a browser id that the site refuses is renewed by the page', async (context) => {
    const { site, engine } = await visit(context);
    site.setMode('verify_invalid_browser_id');
    await assertPaints(engine);
  });
});

test('a profile on disk keeps the visitor after the browser has ended', async (context) => {
  const { site, createEngine } = await visit(context);
  const profileDirectory = await mkdtemp(join(tmpdir(), 'perchance-'));
  context.after(() => removeDirectory(profileDirectory));
  for (let browser = 1; browser <= 2; browser += 1) {
    const pages = createBrowser(SILENT);
    try {
      await assertPaints(createEngine({ pages, profileDirectory }));
    } finally {
      await pages.stop();
    }
  }
  assert.equal(site.requests.filter(({ query }) => query.token !== undefined).length, 1);
});

test('after a human check, waiting jobs do not call the site', async (context) => {
  const { site, engine } = await visit(context);
  site.setMode('cf403_api');
  const errors = await Promise.all(Array.from({ length: 5 }, () => failureOf(engine)));
  assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(['engine_challenge']));
  assert.equal(site.documentLoads.embed, 1);
});

describe('perchance that cannot be reached', () => {
  test('costs far less than 3 s and asks for a rest', async (context) => {
    const { createEngine } = await visit(context);
    const closed = createServer();
    const { port } = await listen(closed, 0, '127.0.0.1');
    await close(closed, 0);
    const started = performance.now();
    const error = await failureOf(createEngine({ pageUrl: `http://127.0.0.1:${port}/generator` }));
    assert.ok(performance.now() - started < 3_000);
    assert.equal(error.code, 'engine_failed');
    assert.equal(error.details.restMs, UNREACHABLE_REST_MS);
  });

  test('is distinguished from a slow site', async (context) => {
    const { site, createEngine } = await visit(context);
    const connectMs = 200;
    const slow = createServer((_request, response) => {
      void delay(connectMs * 3).then(() => response.writeHead(302, { location: site.url }).end());
    });
    const { port } = await listen(slow, 0, '127.0.0.1');
    context.after(() => close(slow, 0));
    await assertPaints(createEngine({ pageUrl: `http://127.0.0.1:${port}/generator`, waits: { connect: connectMs } }));
  });
});

describe('the engine works around faults of the page', () => {
  const DROP_FINISHED = `window.addEventListener('message', (event) => {
    if (event.data?.type === 'finished') event.stopImmediatePropagation();
  })`;

  /** The same pages, each changed by the test before the engine gets it. */
  function withPages(pages: BrowserPages, touch: (page: DrivenPage) => Promise<unknown>): BrowserPages {
    return {
      ...pages,
      use: (recipe, task, use) => {
        const prepare: typeof recipe.prepare = async (page, context) => {
          await touch(page);
          await recipe.prepare(page, context);
        };
        return pages.use({ ...recipe, prepare }, task, use);
      },
    };
  }

  test('takes the picture from the page when the message with it does not come', async (context) => {
    const { pages, createEngine } = await visit(context);
    const deaf = withPages(pages, async (page) => {
      page.on('framenavigated', (frame) => {
        frame.evaluate(DROP_FINISHED).catch(() => undefined);
      });
    });
    await assertPaints(createEngine({ pages: deaf }));
  });

  test('adds another embed with the same request when the generator page reloads under it', async (context) => {
    const { site, pages, createEngine } = await visit(context);
    const opened: DrivenPage[] = [];
    const seen = withPages(pages, async (page) => opened.push(page));
    site.setMode('hang');
    const asked = site.waitForRequest('generate', 1);
    const again = site.waitForRequest('generate', 2);
    const picture = paint(createEngine({ pages: seen }));
    const first = await asked;
    const generator = opened[0]?.frames().find((frame) => frame.url().startsWith(site.generatorUrl));
    await generator?.evaluate('location.reload()');
    const second = await again;
    site.setMode('ok');
    assert.equal(await readFingerprint((await picture).bytes), fingerprintFor(requestFor()));
    assert.equal(second.query.requestId, first.query.requestId);
  });
});
