import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import axe from 'axe-core';
import { type Browser, chromium } from 'playwright-core';
import { readGatewaySettings } from '../../../api/config.ts';
import { LANGUAGES } from '../../../api/page/languages/index.ts';
import type { StatusView } from '../../../api/page/status/view.ts';
import { toStatusWords } from '../../../api/page/status/words/index.ts';
import { findSystemShell } from '../../worker/browser/system-shell.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const KEY = 'a-key-of-anna-that-is-long-enough';
const BROWSER = { accept: 'text/html,application/xhtml+xml' };
const HALF_HOUR_MS = 1_800_000;
const NOW = Date.UTC(2026, 10, 27, 12);

const toBars = (done: number, failed: number) =>
  Array.from({ length: 48 }, (_, index) => ({
    startsAt: NOW - index * HALF_HOUR_MS,
    done: index % 3 && done,
    failed,
    rested: failed === 0,
  }));

const viewStatus = (reasons: readonly string[]): StatusView => ({
  ...{ worker: 'busy', version: '1.0.0', reasons, lastSeconds: 12, waiting: 3, remembered: 41, requests: 230 },
  engines: [
    { name: 'perchance', state: 'ready', bars: toBars(2, 1) },
    {
      ...{ name: 'cloudflare', state: 'resting', lastErrorCode: 'engine_busy', bars: toBars(0, 0) },
      ...{ quotaRemaining: 12, quotaResetsAt: NOW },
    },
  ],
  stores: [{ name: 'imgur', state: 'trying', lastErrorCode: 'store_failed' }],
  workers: [
    { name: 'one.example:10001', state: 'busy', running: 1, concurrency: 1 },
    { name: 'two.example:10001', state: 'unreachable', running: 0, concurrency: 1 },
  ],
  usage: { since: NOW, awakeHours: 231.44, bytesOut: 3.21e9, freeHours: 750 },
});

/** Texts that callers without a key must not see. */
const SECRETS = /perchance|cloudflare|imgur|one\.example|231|3\.2|took|230/;

describe('the status', () => {
  let open: TestGateway;
  let keyed: TestGateway;
  before(async () => {
    const status = () => ({ worker: 'busy', details: { waiting: 3, workers: [{ name: 'one.example:10001' }] } });
    open = await startGateway({ viewStatus, status });
    const apiKeys = readGatewaySettings({ API_KEYS: `anna:${KEY}` }).API_KEYS;
    keyed = await startGateway({ viewStatus, status, apiKeys });
  });
  after(() => Promise.all([open.stop(), keyed.stop()]));
  const read = async ({ url }: TestGateway, headers: Record<string, string> = BROWSER, path = '/status') => {
    const response = await fetch(`${url}${path}`, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test('is JSON for programs and a page for browsers', async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
      const { ready, worker, waiting, engines, usage } = JSON.parse((await read(open, headers)).text);
      assert.deepEqual([ready, worker, waiting, usage.freeHours], [true, 'busy', 3, 750]);
      assert.deepEqual(
        engines.map(({ name, bars }: { name: string; bars: unknown[] }) => [name, bars.length]),
        [
          ['perchance', 48],
          ['cloudflare', 48],
        ],
      );
    }
    const { headers, text } = await read(open);
    assert.match(headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(headers.get('vary') ?? '', /Accept, Accept-Language/);
    assert.match(text, /Pictures are being made\. The last one took 12 s\./);
    assert.match(text, /aria-label="perchance: 64 made, 48 failed"/);
    assert.match(text, /rests · engine_busy · 12 left · renewed at 12:00.PM UTC/);
    assert.match(text, /231\.4.*of 750 free hours.*counted since Nov 27, 2026/s);
    assert.match(text, /3\.2 GB/);
    assert.doesNotMatch(text, /<script|style="|onload/);
  });

  test('is answered in the reader’s language', async () => {
    const { text } = await read(open, { ...BROWSER, 'accept-language': 'de' });
    assert.match(text, /<html lang="de" dir="ltr">.*Bilder entstehen gerade\. Das letzte dauerte 12 s\./s);
    assert.match((await read(open, BROWSER, '/status?lang=ar')).text, /<html lang="ar" dir="rtl">/);
  });

  test('with keys set, shows a caller without a key only whether pictures can be made', async () => {
    const page = await read(keyed);
    assert.deepEqual([page.status, SECRETS.test(page.text)], [200, false]);
    assert.match(page.text, /Pictures are being made\.<.*\?details/s);
    const json = await read(keyed, {});
    assert.deepEqual(JSON.parse(json.text), { service: 'easel', version: '1.0.0', worker: 'busy', ready: true });
    const asked = await read(keyed, BROWSER, '/status?details');
    assert.equal(asked.status, 401);
    assert.match(asked.headers.get('www-authenticate') ?? '', /^Basic /);
    assert.doesNotMatch(asked.text, SECRETS);
  });

  test('with keys set, shows everything to a caller with a key, for which a browser asks', async () => {
    const authorization = `Basic ${Buffer.from(`anna:${KEY}`).toString('base64')}`;
    const { status, text } = await read(keyed, { ...BROWSER, authorization }, '/status?details');
    assert.deepEqual([status, /perchance.*one\.example.*231/s.test(text)], [200, true]);
  });

  const STATES = [
    ['ready', [], 'Ready to make pictures', 'ready', 'brightgreen'],
    ['asleep', [], 'The worker is asleep', 'asleep', 'blue'],
    ['starting', [], 'The worker is waking up', 'waking', 'yellow'],
    ['unreachable', ['The worker cannot be reached.'], 'No pictures can be made now', 'down', 'red'],
  ] as const;
  for (const [worker, reasons, sentence, message, color] of STATES) {
    test(`one sentence and a badge show that the worker is ${worker}`, async () => {
      const idle = (why: readonly string[]) => ({ ...viewStatus(why), workers: [] });
      const options = { status: () => ({ worker, details: {} }), notReady: async () => reasons, viewStatus: idle };
      const gateway = await startGateway(options);
      const { text } = await read(gateway);
      assert.match(text, new RegExp(sentence));
      for (const reason of reasons) assert.ok(text.includes(reason));
      const badge = await fetch(`${gateway.url}/status/badge.json`);
      assert.deepEqual(await badge.json(), { schemaVersion: 1, label: 'easel', message, color });
      await gateway.stop();
    });
  }

  test('names are escaped', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const gateway = await startGateway({
      viewStatus: (reasons) => ({ ...viewStatus([...reasons, evil]), stores: [{ name: evil, state: 'ready' }] }),
    });
    assert.doesNotMatch((await read(gateway)).text, /<img/);
    await gateway.stop();
  });

  for (const code of Object.keys(LANGUAGES)) {
    test(`${code} translates every text, with the same placeholders`, () => {
      const [english, words] = [toStatusWords('en'), toStatusWords(code)];
      for (const [name, text] of Object.entries(english)) {
        const own = words[name as keyof typeof words];
        assert.notEqual(own.trim(), '', name);
        assert.equal(own.includes('{n}'), text.includes('{n}'), name);
      }
      assert.ok(code === 'en' || words !== english);
    });
  }
});

describe('the status page in a browser', () => {
  let gateway: TestGateway;
  let browser: Browser;
  before(async () => {
    gateway = await startGateway({ viewStatus, status: () => ({ worker: 'busy', details: {} }) });
    browser = await chromium.launch({ executablePath: await findSystemShell() });
  });
  after(async () => {
    await browser.close();
    await gateway.stop();
  });

  test('is accessible, narrow and wide, light and dark, from left to right and from right to left', async () => {
    for (const locale of ['en', 'ar']) {
      const page = await browser.newPage({ locale, viewport: { width: 320, height: 640 } });
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      await page.goto(`${gateway.url}/status`);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
      await page.evaluate(axe.source);
      for (const media of [{ colorScheme: 'dark' }, { colorScheme: 'light' }, { forcedColors: 'active' }] as const) {
        await page.emulateMedia(media);
        const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string }[] };
        assert.deepEqual(violations, []);
      }
      assert.deepEqual(said, []);
      await page.close();
    }
  });

  test('is linked from the page, and works without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(gateway.url);
    await page.click('footer a[href="/status"]');
    assert.match((await page.textContent('h1')) ?? '', /Pictures are being made/);
    assert.equal(await page.locator('svg.strip').count(), 2);
    await context.close();
  });
});
