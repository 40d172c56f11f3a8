import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { systemClock } from '../../shared/wait.ts';
import { createPerchance } from '../../worker/engines/perchance/index.ts';
import type { PerchanceMode } from '../stand-ins/perchance/modes.ts';
import { createPerchanceStandIn, type PerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';
import { createBrowser, QUICK_WAITS, SILENT } from '../worker/engines/perchance/setup.ts';
import { type AnswerBody, ask, askServed, assertPaintedFor, download } from './ask.ts';
import { type InProcess, startInProcess } from './in-process.ts';

/** The modes of the image page are tested with that page. */
type Mode = Exclude<PerchanceMode, `image_page_${string}`>;

/** What a client gets in each mode: `served`, or the code of an error. The compiler demands every mode. */
const ANSWERS: Readonly<Record<Mode, 'served' | ErrorCode>> = {
  ok: 'served',
  slow: 'served',
  hang: 'engine_timeout',

  cf403_document: 'engine_challenge',
  cf403_embed: 'engine_challenge',
  cf403_api: 'engine_challenge',
  turnstile_fail: 'engine_challenge',
  turnstile_silent: 'engine_challenge',
  turnstile_blocked: 'engine_challenge',

  verify_invalid_browser_id: 'served',
  verify_too_many_requests: 'engine_busy',

  key_expired: 'served',
  key_always_expired: 'engine_challenge',
  invalid_user_key: 'served',
  failed_verification: 'served',
  invalid_browser_id: 'served',
  ad_code: 'served',
  ad_code_old_name: 'served',
  busy: 'served',
  busy_203: 'served',
  queued: 'served',
  network_busy: 'served',
  network_always_busy: 'engine_busy',
  gen_failure: 'served',
  gen_failure_always: 'engine_failed',
  gen_failure_permanent: 'engine_failed',
  stale: 'served',
  rate_429: 'engine_busy',
  rate_200: 'engine_busy',
  client_update: 'engine_changed',
  invalid_data: 'engine_changed',
  invalid_parameter: 'engine_changed',
  not_logged_in: 'engine_unauthorized',
  unknown_status: 'engine_timeout',
  nonjson: 'engine_changed',
  connection_reset: 'engine_failed',

  download_403: 'engine_failed',
  download_404: 'engine_failed',
  download_truncated: 'engine_failed',
  download_html: 'engine_failed',
  download_hang: 'engine_failed',
  webp: 'served',
  dataurl: 'served',
  nsfw: 'served',

  dom_v1: 'served',
  dom_v2: 'served',
  terms_dialog: 'served',
  lost_click: 'served',
  redesigned: 'engine_changed',
  redesigned_outer: 'engine_changed',
  redesigned_generator: 'engine_changed',
  redesigned_embed: 'engine_changed',

  embed_hang: 'engine_failed',
  embed_404: 'engine_changed',
  embed_refused: 'engine_failed',
  generator_hang: 'engine_failed',
  site_hang: 'engine_failed',
  site_error: 'engine_failed',
  site_refused: 'engine_failed',
};

/** After these the engine rests for a while: the next request fails without asking the site. */
const RESTING: ReadonlySet<Mode> = new Set(['verify_too_many_requests', 'rate_429', 'rate_200', 'site_refused']);
const RESTING_CODES: ReadonlySet<ErrorCode> = new Set(['engine_challenge', 'engine_unauthorized']);
const LONGEST_REST_MS = 15 * 60_000;

/** Limit for one call of the engine. Only faults that nothing else ends take this long. */
const TIMEOUT_MS = 40_000;
const ENDLESS_TIMEOUT_MS = 8000;
/** What gateway, worker and a busy machine may take in addition. */
const MARGIN_MS = 5000;
const AT_ONCE_MS = 1000;

/** Runs everything from the gateway to the site, with a visitor whom the site has never seen. */
async function visit(context: TestContext, mode: Mode): Promise<InProcess & { site: PerchanceStandIn }> {
  const site = await createPerchanceStandIn({ mode });
  const pages = createBrowser(SILENT);
  const engine = createPerchance(
    {
      ...{ PERCHANCE_URL: site.url, PERCHANCE_EMBED_URL: site.embedUrl, PERCHANCE_PROFILE_DIR: undefined },
      ...{ PERCHANCE_WAY: 'embed', PERCHANCE_PAGE_URL: site.imagePageUrl },
    },
    { pages, clock: systemClock, log: SILENT, dataDirectory: '/nonexistent' },
    QUICK_WAITS,
  );
  const engineTimeoutMs = ANSWERS[mode] === 'engine_timeout' ? ENDLESS_TIMEOUT_MS : TIMEOUT_MS;
  const system = await startInProcess(() => ({ engines: [engine], pages, engineTimeoutMs }));
  context.after(async () => {
    await system.close();
    await site.stop();
  });
  return { ...system, site };
}

const PROMPT = 'a viaduct at noon';

async function assertServes(url: string, seed: number): Promise<AnswerBody> {
  const { body } = await askServed(url, { prompt: PROMPT, seed });
  await assertPaintedFor(await download(body.image_url), { prompt: PROMPT, seed });
  return body;
}

async function assertFails(url: string, code: ErrorCode, seed: number, withinMs: number): Promise<Headers> {
  const { status, body, headers, text, tookMs } = await ask(url, { prompt: PROMPT, seed });
  assert.deepEqual([body.code, status], [code, ERRORS[code].status], text);
  assert.equal(body.success, false);
  assert.equal(body.error, ERRORS[code].message, 'the site’s words do not reach a client');
  assert.ok(tookMs < withinMs, `${tookMs} ms`);
  return headers;
}

/** While the engine rests, the site is not asked. After the rest it is asked again. */
async function assertRests({ url, site, advance }: Awaited<ReturnType<typeof visit>>, code: ErrorCode): Promise<void> {
  // Its calls are not counted, because the page of the failed job may still send some.
  const visits = site.documentLoads.outer;
  const headers = await assertFails(url, code, 2, AT_ONCE_MS);
  const seconds = Number(headers.get('retry-after'));
  assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${headers.get('retry-after')}`);
  assert.equal(site.documentLoads.outer, visits);
  advance(LONGEST_REST_MS);
}

describe('every answer and fault of Perchance, seen at the gateway', { concurrency: 2 }, () => {
  for (const [mode, answer] of Object.entries(ANSWERS) as [Mode, 'served' | ErrorCode][]) {
    test(`mode ${mode}: ${answer}`, async (context) => {
      const system = await visit(context, mode);
      if (answer === 'served') {
        const { nsfw } = await assertServes(system.url, 1);
        if (mode === 'nsfw') assert.equal(nsfw, true);
        return;
      }
      await assertFails(system.url, answer, 1, TIMEOUT_MS + MARGIN_MS);
      // The first failure may be chance. A second job with the same failure confirms it.
      if (answer === 'engine_changed') await assertFails(system.url, answer, 4, TIMEOUT_MS + MARGIN_MS);
      const isResting = RESTING.has(mode) || RESTING_CODES.has(answer) || answer === 'engine_changed';
      if (isResting) await assertRests(system, answer);
      system.site.setMode('ok');
      await assertServes(system.url, 3);
      assert.ok(!system.log().includes(PROMPT), 'the prompt was logged');
    });
  }
});
