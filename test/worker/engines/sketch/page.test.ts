import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import type { EaselSketch, SketchRequest } from '../../../../worker/engines/sketch/page/types.d.ts';

const FOLDER = new URL('../../../../worker/engines/sketch/page/', import.meta.url);
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
// The policy that the page must work under: no inline script, no eval, nothing from other hosts.
const POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'";

const request = (prompt: string, changes: Partial<SketchRequest> = {}): SketchRequest => ({
  prompt,
  negativePrompt: '',
  seed: 1,
  width: 256,
  height: 256,
  guidanceScale: 7,
  ...changes,
});

async function serveFolder() {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url === '/' ? 'index.html' : `${incoming.url}`.slice(1);
    readFile(fileURLToPath(new URL(path, FOLDER))).then(
      (bytes) => {
        outgoing.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        outgoing.setHeader('content-security-policy', POLICY);
        outgoing.end(bytes);
      },
      () => outgoing.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { server, url: `http://127.0.0.1:${address.port}/` };
}

const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox'],
  });

/** The parts of the page's `window` that tests use, since the tests have no DOM types. */
declare const window: { easelSketch: EaselSketch; progress: number[] };

async function openPage(browser: Browser, url: string, faults: string[]) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(url);
  await page.waitForFunction(() => window.easelSketch !== undefined);
  return page;
}

async function paint(page: Page, wanted: SketchRequest) {
  const dataUrl = await page.evaluate(async (input) => {
    await window.easelSketch.paint(input);
    return await window.easelSketch.toDataUrl('image/png');
  }, wanted);
  assert.match(dataUrl, /^data:image\/png;base64,/);
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
}

const rawPixels = (png: Buffer) => sharp(png).removeAlpha().raw().toBuffer();

/** The share of colour channels that differ clearly between two pictures of the same size. */
async function difference(first: Buffer, second: Buffer) {
  const [one, two] = await Promise.all([rawPixels(first), rawPixels(second)]);
  assert.equal(one.length, two.length);
  let different = 0;
  for (const [index, value] of one.entries()) if (Math.abs(value - (two[index] ?? 0)) > 12) different += 1;
  return different / one.length;
}

describe('the sketch page in a real Chromium', () => {
  const faults: string[] = [];
  let served: Awaited<ReturnType<typeof serveFolder>>;
  let browser: Browser;
  let page: Page;

  before(async () => {
    served = await serveFolder();
    browser = await launch();
    page = await openPage(browser, served.url, faults);
  });

  after(async () => {
    await browser.close();
    served.server.close();
  });

  test('describes itself in its text', async () => {
    assert.equal(await page.textContent('#notice'), 'Easel sketch: painted by a program, not by a model');
  });

  for (const prompt of ['a red fox', 'city at night, oil painting', 'storm at sea', 'xyzzy']) {
    test(`paints the same bytes twice and in another browser: ${prompt}`, async () => {
      const first = await paint(page, request(prompt));
      await paint(page, request('something else in between'));
      assert.ok(first.equals(await paint(page, request(prompt))));
      const other = await launch();
      try {
        assert.ok(first.equals(await paint(await openPage(other, served.url, faults), request(prompt))));
      } finally {
        await other.close();
      }
    });
  }

  test('does not depend on the pixel density of the screen', async () => {
    const first = await paint(page, request('mountains'));
    const context = await browser.newContext({ deviceScaleFactor: 2 });
    const dense = await context.newPage();
    await dense.goto(served.url);
    assert.ok(first.equals(await paint(dense, request('mountains'))));
    await context.close();
  });

  for (const prompt of ['sunset over mountains', 'a cat wearing sunglasses', 'bedroom', 'qwertz']) {
    test(`another seed gives a visibly different picture: ${prompt}`, async () => {
      const one = await paint(page, request(prompt, { seed: 1 }));
      const two = await paint(page, request(prompt, { seed: 2 }));
      assert.ok((await difference(one, two)) > 0.15);
    });
  }

  test('guidance changes the picture', async () => {
    const weak = await paint(page, request('flower meadow', { guidanceScale: 1 }));
    const strong = await paint(page, request('flower meadow', { guidanceScale: 20 }));
    assert.ok((await difference(weak, strong)) > 0.02);
  });

  for (const [width, height] of [
    [64, 64],
    [512, 768],
    [768, 512],
    [1000, 77],
    [2048, 2048],
  ] as const) {
    test(`paints exactly ${width} by ${height}`, async () => {
      const metadata = await sharp(await paint(page, request('castle by a lake', { width, height }))).metadata();
      assert.deepEqual([metadata.format, metadata.width, metadata.height], ['png', width, height]);
    });
  }

  test('fills the whole picture in every kind of scene', async () => {
    const prompts = ['forest', 'bedroom', 'still life', 'coral reef', 'outer space', 'portrait', 'owl', 'abstract'];
    for (const prompt of prompts) {
      const { channels } = await sharp(await paint(page, request(prompt))).stats();
      assert.ok(
        channels.some((channel) => channel.stdev > 8),
        `${prompt} is not blank`,
      );
    }
  });

  test('hostile prompts are treated as text', async () => {
    const hostile = [
      '<img src=x onerror="document.title=1"><script>document.title=1</script>',
      'mountain '.repeat(222).slice(0, 2000),
      '🦊🏔️🌅👩‍🚀',
      '\u202eקסם מדבר\u202c العربية',
      'a\u0000b\u0007c\u001b[31m\r\nHost: x',
      '\ud800 lone surrogate',
      'constructor __proto__ toString hasOwnProperty',
      '%s {{7*7}} \\u0041 (seed:::1) `backtick`',
      '   ',
      '',
    ];
    for (const prompt of hostile) {
      const metadata = await sharp(await paint(page, request(prompt, { negativePrompt: prompt }))).metadata();
      assert.equal(metadata.width, 256);
    }
    assert.equal(await page.title(), 'Easel sketch');
    assert.equal(await page.locator('main img, main script').count(), 0);
  });

  test('reports progress after each layer', async () => {
    const progress = await page.evaluate(async (input) => {
      const seen: number[] = [];
      window.easelSketch.onProgress = (fraction) => seen.push(fraction);
      await window.easelSketch.paint(input);
      window.easelSketch.onProgress = null;
      return seen;
    }, request('lake'));
    assert.ok(progress.length > 5);
    assert.equal(progress.at(-1), 1);
    assert.deepEqual(
      progress,
      progress.toSorted((first, second) => first - second),
    );
  });

  test('can be aborted between two layers, and paints the next picture', async () => {
    const name = await page.evaluate(async (input) => {
      window.easelSketch.onProgress = () => window.easelSketch.abort();
      const outcome = await window.easelSketch.paint(input).then(
        () => 'finished',
        (error) => error.name,
      );
      window.easelSketch.onProgress = null;
      return outcome;
    }, request('lake'));
    assert.equal(name, 'AbortError');
    assert.ok((await paint(page, request('lake'))).length > 1000);
  });

  test('names the field of a wrong request', async () => {
    for (const [field, value] of Object.entries({ width: 63, height: 4096, seed: 1.5, guidanceScale: 21, prompt: 7 })) {
      const input = { ...request('lake'), [field]: value };
      await assert.rejects(
        page.evaluate((wrong) => window.easelSketch.paint(wrong), input as SketchRequest),
        new RegExp(field),
      );
    }
  });

  test('the page reported no error during these tests', () => {
    assert.deepEqual(faults, []);
  });
});
