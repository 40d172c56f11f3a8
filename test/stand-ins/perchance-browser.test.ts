import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { createLoopbackOrigin, type LoopbackOrigin } from './loopback-origin.ts';
import { fingerprintOf, readFingerprint } from './perchance/fingerprint.ts';
import type { PerchanceMode } from './perchance/modes.ts';
import { createPerchanceStandIn, type PerchanceStandIn } from './perchance/perchance-stand-in.ts';

const PARENT_PAGE = `<!doctype html><body><script>
  window.messages = [];
  window.addEventListener('message', (event) => {
    window.messages.push(event.data);
    if (event.data.type === 'plsGibAccessCodeForAdPoweredStuff') {
      event.source.postMessage({ type: 'okayYouMayHaveCodeForAdPoweredStuff♡', code: '' }, event.origin);
    }
  });
  function openFrame(url) {
    const iframe = document.createElement('iframe');
    iframe.src = url;
    document.body.append(iframe);
  }
</script></body>`;

let browser: Browser;
let context: BrowserContext;
let page: Page;
let site: PerchanceStandIn;
let parent: LoopbackOrigin;

before(async () => {
  site = await createPerchanceStandIn();
  parent = await createLoopbackOrigin((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(PARENT_PAGE);
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox'],
  });
  await renewContext();
});
afterEach(async () => {
  // In this order: a page that is still open could call again after the records are cleared.
  await context.close();
  site.reset();
  await renewContext();
});
after(async () => {
  await browser.close();
  await parent.close();
  await site.stop();
});

async function renewContext(): Promise<void> {
  context = await browser.newContext();
  page = await context.newPage();
}

function decodeDataUrl(dataUrl: string | null): Buffer {
  return Buffer.from(dataUrl?.split(',')[1] ?? '', 'base64');
}

function generatedRequests() {
  return site.requests.filter(({ endpoint, status }) => endpoint === 'generate' && status === 'success');
}

describe('a visitor of the generator page', () => {
  const generator = () => page.frameLocator('iframe#outputIframeEl');
  const images = () => generator().locator('iframe.text-to-image-plugin-image-iframe');
  const result = (index: number) => images().nth(index).contentFrame().locator('#resultImgEl[src^="data:"]');

  async function fillAndClick(prompt: string): Promise<void> {
    await generator().locator('textarea.paragraph-input[data-name="description"]').fill(prompt);
    await generator().locator('[data-name="negative"]').fill('fog');
    await generator().locator('select[data-name="shape"]').selectOption({ label: 'Square' });
    await generator().locator('[data-name="gScale"]').fill('9');
    await generator().locator('button#generateButtonEl').click();
  }

  test('fills in the form, clicks, and gets as many pictures as asked for', async () => {
    await page.goto(site.url);
    assert.equal(await page.title(), 'AI Image Generator (free, no sign-up, unlimited)');
    await generator().locator('select[data-name="numImages"]').selectOption('2');
    await fillAndClick('a lighthouse');
    for (const index of [0, 1]) {
      const source = await result(index).getAttribute('src');
      const seed = Number(/seed=(\d+)/.exec((await result(index).getAttribute('title')) ?? '')?.[1]);
      const request = { prompt: 'a lighthouse', negativePrompt: 'fog', seed, guidanceScale: 9, resolution: '768x768' };
      assert.equal(await readFingerprint(decodeDataUrl(source)), fingerprintOf(request));
    }
    assert.equal(await images().count(), 2);
    const [first, second] = generatedRequests();
    assert.equal(first?.query.userKey, second?.query.userKey, 'both embeds share one key');
    assert.match(first?.query.adAccessCode ?? '', /^[0-9a-f]{64}$/, 'the outer page gave its code');
  });

  test('a picture far below the visible part does not start before it is scrolled to', async () => {
    await page.goto(site.url);
    await generator().locator('select[data-name="numImages"]').selectOption('32');
    await fillAndClick('a lighthouse');
    await result(0).waitFor();
    const last = images().nth(31);
    assert.equal(await last.getAttribute('src'), null);
    await last.scrollIntoViewIfNeeded();
    await generator().locator('iframe.text-to-image-plugin-image-iframe[src]').nth(8).waitFor();
    assert.match((await last.getAttribute('src')) ?? '', /\/embed#/);
  });

  test('options inside the prompt are obeyed, so that smuggling them can be seen', async () => {
    await page.goto(site.url);
    await fillAndClick(
      'a (red) fox (seed:::5) (resolution:::512x512) (guidanceScale:::3) (negativePrompt:::a (b) c) (saveTitle:::t) (size:::200)',
    );
    await result(0).waitFor();
    const sent = generatedRequests()[0]?.body;
    assert.deepEqual(
      [sent?.prompt, sent?.seed, sent?.resolution, sent?.guidanceScale, sent?.negativePrompt],
      ['a (red) fox', 5, '512x512', 3, 'a (b) c'],
    );
    assert.match((await images().first().getAttribute('style')) ?? '', /width: ?200px/);
  });

  test('has to accept the terms first, and sees a challenge or a wrong option as text', async () => {
    site.setMode('terms_dialog');
    await page.goto(site.url);
    await generator().getByLabel('terms of service').check();
    await generator().getByRole('button', { name: 'Continue' }).click();
    await fillAndClick('a fox (guidanceScale:::1.5)');
    await generator().getByText('guidanceScale should be a whole number').first().waitFor();
    site.setMode('cf403_document');
    const response = await page.goto(site.url);
    assert.equal(response?.status(), 403);
    assert.equal(await page.title(), 'Just a moment...');
  });

  test('a visitor who opens the generator itself is sent to the outer page', async () => {
    await page.goto(site.generatorUrl);
    await page.waitForURL(site.url);
  });
});

describe('a page of ours around the embed', () => {
  const OPTIONS = { prompt: 'a fox', negativePrompt: '', seed: 7, guidanceScale: 7, resolution: '512x512' };
  type Finished = { type: string; id: string; dataUrl: string; seedUsed: number };

  async function openEmbed(changes: Record<string, unknown> = {}): Promise<void> {
    const options = { ...OPTIONS, requestId: '0.5', iframeId: 'id1', saveChannel: 'test', ...changes };
    await page.goto(parent.url);
    const url = `${site.embedUrl}#${encodeURIComponent(JSON.stringify(options))}`;
    await page.evaluate(`openFrame(${JSON.stringify(url)})`);
  }

  async function finished(): Promise<Finished> {
    const found = await page.waitForFunction("messages.find(({ type }) => type === 'finished')");
    return (await found.jsonValue()) as Finished;
  }

  const text = (id: string) => page.frameLocator('iframe').locator(`#${id}`);

  test('gets the finished picture, and the key is kept for the next one', async () => {
    await openEmbed();
    const message = await finished();
    assert.deepEqual([message.id, message.seedUsed], ['id1', 7]);
    assert.equal(await readFingerprint(decodeDataUrl(message.dataUrl)), fingerprintOf(OPTIONS));
    await openEmbed({ seed: 8 });
    assert.equal((await finished()).seedUsed, 8);
    assert.equal(site.requests.filter(({ endpoint }) => endpoint === 'verifyUser').length, 2, 'only for the first');
    const embed = page.frames()[1];
    const names = await embed?.evaluate<string[]>('Object.keys(localStorage)');
    assert.ok(names?.some((name) => /^generation-v2:[0-9a-f]{32}:userKey-0$/.test(name)));
  });

  const recovered: PerchanceMode[] = [
    'key_expired',
    'invalid_user_key',
    'failed_verification',
    'invalid_browser_id',
    'verify_invalid_browser_id',
    'ad_code',
    'busy',
    'queued',
    'network_busy',
    'gen_failure',
    'stale',
    'webp',
    'dataurl',
    'nsfw',
    'download_truncated',
    'download_html',
  ];
  for (const mode of recovered) {
    test(`${mode}: the embed finishes`, async () => {
      site.setMode(mode);
      await openEmbed();
      assert.match((await finished()).dataUrl, /^data:image\//);
    });
  }

  const failures: [PerchanceMode, RegExp][] = [
    ['key_always_expired', /invalid_key/],
    ['gen_failure_permanent', /Generation failed/],
    ['client_update', /refresh the page/],
    ['invalid_data', /Invalid data/],
    ['invalid_parameter', /Invalid parameter/],
    ['not_logged_in', /logged in/],
    ['unknown_status', /moon_phase_unsuitable/],
    ['download_403', /could not be downloaded/],
    ['download_404', /could not be downloaded/],
    ['turnstile_blocked', /blocking challenges\.cloudflare\.com/],
  ];
  for (const [mode, shown] of failures) {
    test(`${mode}: the embed shows an error`, async () => {
      site.setMode(mode);
      await openEmbed();
      await text('waitingContentEl').filter({ hasText: 'Error' }).waitFor();
      assert.match((await text('waitingSubtitleEl').textContent()) ?? '', shown);
    });
  }

  const retried: [PerchanceMode, string, RegExp][] = [
    ['rate_429', 'generate', /Too many requests/],
    ['rate_200', 'generate', /Too many requests/],
    ['nonjson', 'generate', /Connection trouble/],
    ['connection_reset', 'generate', /Connection trouble/],
    ['cf403_api', 'verifyUser', /Starting/],
    ['network_always_busy', 'generate', /busy/],
  ];
  for (const [mode, endpoint, shown] of retried) {
    test(`${mode}: the embed tries again and again`, async () => {
      site.setMode(mode);
      await openEmbed();
      await site.waitForRequest(endpoint, 3);
      await text('waitingContentEl').filter({ hasText: shown }).waitFor();
      site.setMode('ok');
      await finished();
    });
  }

  test('turnstile_fail: the embed waits for ever and reports the widget', async () => {
    site.setMode('turnstile_fail');
    await openEmbed();
    const beacon = await site.waitForRequest('turnstileClientFail');
    assert.deepEqual([beacon.query.kind, beacon.query.code], ['widget-error', '600010']);
    assert.equal(await text('waitingContentEl').textContent(), 'Verification in progress...');
  });

  test('no prompt is an error, and a stranger that plays the parent gets an empty page', async () => {
    await openEmbed({ prompt: '' });
    await text('waitingSubtitleEl').filter({ hasText: 'No prompt provided.' }).waitFor();
    site.setMode('hang');
    await openEmbed();
    await site.waitForRequest('generate');
    await page.evaluate("frames[0].postMessage({ type: 'originNotify', frameId: 'id1' }, '*')");
    await page.frameLocator('iframe').locator('body:empty').waitFor({ state: 'attached' });
  });

  test('opened as a page of its own the embed stays at Starting...', async () => {
    await page.goto(`${site.embedUrl}#${encodeURIComponent(JSON.stringify(OPTIONS))}`);
    await page.waitForFunction("typeof window.start === 'function'");
    assert.equal(await page.locator('#waitingContentEl').textContent(), 'Starting...');
    assert.equal(site.requests.length, 0);
  });
});
