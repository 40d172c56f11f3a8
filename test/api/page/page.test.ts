import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { readGatewaySettings } from '../../../api/config.ts';
import { AppError } from '../../../shared/errors.ts';
import { toInfotext } from '../../../shared/picture/infotext.ts';
import { until } from '../../support/poll.ts';
import { findSystemShell } from '../../worker/browser/system-shell.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** The page in a real browser, over a job module that does what a test tells it. */

const KEY = 'a-key-of-anna-that-is-long-enough';

const BROTLI_BUDGET = 25_000;

describe('the page', () => {
  let dataDirectory: string;
  let gateway: TestGateway;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Whatever the console or the network had to say. */
  let said: string[];

  before(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'easel-page-'));
    await mkdir(join(dataDirectory, 'images'));
    const picture = sharp({ create: { width: 96, height: 96, channels: 3, background: '#b4451f' } }).png();
    await writeFile(join(dataDirectory, 'images', 'picture-0.png'), await picture.toBuffer());
    browser = await chromium.launch({ executablePath: await findSystemShell() });
  });
  after(async () => {
    await browser.close();
    await rm(dataDirectory, { recursive: true });
  });
  beforeEach(async () => {
    gateway = await startGateway({ dataDirectory });
    context = await browser.newContext({ locale: 'en', viewport: { width: 1100, height: 900 } });
    page = await open(context);
  });
  afterEach(async () => {
    await context.close();
    await gateway.stop();
    assert.deepEqual(said, [], 'the console is silent and nothing is asked of another host');
  });

  async function open(where: BrowserContext, path = '/'): Promise<Page> {
    said = [];
    const opened = await where.newPage();
    opened.on('console', (message) => said.push(message.text()));
    opened.on('pageerror', (error) => said.push(error.message));
    opened.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origin !== gateway.url) said.push(request.url());
    });
    await opened.goto(`${gateway.url}${path}`);
    await opened.waitForSelector('#history:not([hidden])');
    return opened;
  }

  const cards = (status: string) => page.locator(`#pictures .card[data-status="${status}"]`);
  const run = (card: ReturnType<typeof cards>, verb: string) => card.first().locator(`[data-do="${verb}"]`).click();
  const drafts = () => gateway.jobs.submissions.map(({ draft }) => draft);

  async function make(prompt: string): Promise<void> {
    await page.fill('#prompt', prompt);
    await page.press('#prompt', 'Enter');
  }

  async function assertAccessible(): Promise<void> {
    // Playwright's own world, which the page's policy does not bind.
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
    );
  }

  test('the focus is in the prompt, and Enter makes a picture with all options of the form', async () => {
    assert.equal(await page.evaluate('document.activeElement.id'), 'prompt');
    await page.locator('.chip', { hasText: 'Portrait' }).click();
    await page.click('#more > summary');
    await page.selectOption('[name=engine]', 'sketch');
    await page.selectOption('#style', 'Watercolour');
    assert.match(String(await page.textContent('#added')), /watercolour on rough paper/);
    await page.fill('#seed', '7');
    await page.fill('[name=negative_prompt]', 'fog');
    await page.fill('[name=guidance_scale]', '8.5');
    await make('a red fox');
    await cards('done').first().waitFor();
    const { previews: _, ...draft } = drafts()[0] ?? {};
    assert.deepEqual(JSON.parse(JSON.stringify(draft)), {
      ...{ prompt: 'a red fox, watercolour on rough paper, soft washes, loose edges', negativePrompt: 'fog', seed: 7 },
      ...{ guidanceScale: 8.5, shape: 'portrait', engine: 'sketch', strict: false, safe: false, format: 'png' },
      ...{ count: 1, deliver: 'url' },
    });
    assert.equal(await page.locator('#pictures img').getAttribute('alt'), drafts()[0]?.prompt);
    await assertAccessible();
  });

  test('several pictures have a place each, with consecutive seeds', async () => {
    await page.selectOption('#count', '4');
    await make('a red fox');
    await cards('done').nth(3).waitFor();
    const seeds = drafts()
      .map(({ seed = 0 }) => seed)
      .sort((one, other) => one - other);
    assert.equal(new Set(seeds).size, 4);
    assert.equal((seeds[3] ?? 0) - (seeds[0] ?? 0), 3);
  });

  test('a kept seed with the same options shows the existing picture and makes none', async () => {
    await page.click('#more > summary');
    await page.fill('#seed', '7');
    await make('a red fox');
    await cards('done').first().waitFor();
    await page.press('#prompt', 'Enter');
    await page.waitForSelector('#viewer[open]');
    assert.equal(drafts().length, 1);
  });

  test('stages are shown as they happen; cancel reaches the gateway', async () => {
    gateway.jobs.outcome = () => ({ status: 'queued', stage: 'queue', queuePosition: 3, etaSeconds: 41 });
    await make('a red fox');
    await page.getByText('about 41 s left').waitFor();
    assert.match(String(await page.textContent('#status')), /Place 3 in the queue/);
    assert.match(await page.title(), /^\(…\)/);
    await assertAccessible();
    await run(cards('queued'), 'cancel');
    await cards('cancelled').first().waitFor();
    await until(async () => (await page.title()).startsWith('Easel'), 'the usual title');
    assert.equal(gateway.jobs.cancelled.length, 1);
  });

  test('an unfinished job is found again after a reload, and nothing is made twice', async () => {
    gateway.jobs.outcome = () => ({ status: 'running', stage: 'wake', progress: 0 });
    await make('a red fox');
    await page.getByText('Waking the worker').first().waitFor();
    await page.reload();
    await page.getByText('Waking the worker').first().waitFor();
    // It may be sent again, where the page went before it knew its job: by the same key that is the same job.
    assert.equal(new Set(gateway.jobs.submissions.map(({ options }) => options.idempotencyKey)).size, 1);
    assert.equal(await page.inputValue('#prompt'), 'a red fox');
  });

  test('the form survives reloads', async () => {
    await page.selectOption('#count', '4');
    await page.click('#more > summary');
    await page.selectOption('#style', 'Comic');
    await page.click('#lock');
    const seed = await page.inputValue('#seed');
    for (let visit = 0; visit < 2; visit += 1) {
      await page.reload();
      await page.waitForSelector('#history:not([hidden])');
    }
    const kept = [await page.inputValue('#count'), await page.inputValue('#style'), await page.inputValue('#seed')];
    assert.deepEqual(kept, ['4', 'Comic', seed]);
    assert.equal(await page.getAttribute('#lock', 'aria-pressed'), 'true');
  });

  test('a failure says what is wrong and what to do', async () => {
    gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError('prompt_refused', 'hidden') });
    await make('something refused');
    await cards('failed').first().waitFor();
    assert.match(String(await page.textContent('#pictures')), /refused[\s\S]*Ask for something else/);
    await assertAccessible();
  });

  test('vary takes the next seed, and the settings of a picture fill the form', async () => {
    await make('a red fox');
    await cards('done').first().waitFor();
    await run(cards('done'), 'vary');
    await cards('done').nth(1).waitFor();
    const [first, second] = drafts();
    assert.equal(second?.seed, ((first?.seed ?? 0) + 1) % 2 ** 32);
    await page.fill('#prompt', 'something else');
    await run(cards('done'), 'use');
    assert.equal(await page.inputValue('#prompt'), 'a red fox');
    assert.equal(await page.inputValue('#seed'), String(second?.seed));
    for (const index of [0, 1]) await cards('done').nth(index).locator('[data-do="compare"]').click();
    await page.waitForSelector('#viewer[open] .pair');
    assert.equal(await page.locator('#viewer img').count(), 2);
  });

  test('a link fills the form but starts no picture', async () => {
    await page.goto('about:blank');
    await page.goto(`${gateway.url}/#p=a+blue+fox&seed=9&shape=landscape`);
    await page.waitForSelector('#history:not([hidden])');
    assert.equal(await page.inputValue('#prompt'), 'a blue fox');
    assert.equal(await page.inputValue('#seed'), '9');
    assert.ok(await page.isChecked('[value=landscape]'));
    assert.equal(drafts().length, 0);
  });

  test('the copied address asks for the same picture', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await make('a red fox & "co", 50 % $HOME');
    await cards('done').first().waitFor();
    await page.click('.menu summary');
    for (const name of ['address', 'curl', 'HTML', 'Markdown', 'Python', 'JavaScript']) {
      await page.click(`[data-snippet="${name}"]`);
      const text = String(await page.evaluate('navigator.clipboard.readText()'));
      const address = /https?:\/\/[^\s"')]+/.exec(text)?.[0].replaceAll('&amp;', '&') ?? '';
      await (await fetch(address)).arrayBuffer();
      const [made, again] = [drafts()[0], drafts().at(-1)];
      assert.deepEqual(
        [again?.prompt, again?.seed, again?.guidanceScale],
        [made?.prompt, made?.seed, made?.guidanceScale],
        name,
      );
    }
  });

  test('snippets run unchanged and get the picture', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await make(`a "fox" & Anna's $HOME`);
    await cards('done').first().waitFor();
    await page.click('.menu summary');
    const programs = {
      curl: ['sh', '-c'],
      JavaScript: ['node', '--input-type=module', '-e'],
      Python: ['python3', '-c'],
    };
    for (const [name, [program = '', ...options]] of Object.entries(programs)) {
      if (spawnSync(program, ['--version']).error !== undefined) continue;
      await page.click(`[data-snippet="${name}"]`);
      const text = String(await page.evaluate('navigator.clipboard.readText()'));
      const folder = await mkdtemp(join(dataDirectory, 'run-'));
      await promisify(execFile)(program, [...options, text], { cwd: folder, timeout: 30_000 });
      assert.deepEqual(await readFile(join(folder, 'picture.png')), PICTURE_BYTES, name);
      assert.equal(drafts().at(-1)?.prompt, `a "fox" & Anna's $HOME`);
      assert.equal(drafts().at(-1)?.seed, drafts()[0]?.seed);
    }
  });

  test('with keys set, the key is asked for, kept in the browser and sent', async () => {
    await gateway.stop();
    const { API_KEYS: apiKeys } = readGatewaySettings({ API_KEYS: `anna:${KEY}` });
    gateway = await startGateway({ dataDirectory, apiKeys });
    page = await open(context);
    await make('a red fox');
    await cards('failed').first().waitFor();
    assert.match(String(await page.textContent('#pictures')), /Enter your API key/);
    assert.match(said.splice(0).join(), /401/, 'the browser itself tells of the refusal');
    await page.fill('#key', KEY);
    await page.press('#key', 'Tab');
    await page.reload();
    await make('a red fox');
    await cards('done').first().waitFor();
    assert.equal(gateway.jobs.submissions[0]?.options.client.keyName, 'anna');
    assert.ok(!gateway.logged.join('').includes(KEY));
  });

  test('the history stays, is searched, and goes out and in as a file', async () => {
    for (const prompt of ['a red fox', 'a blue whale']) {
      await make(prompt);
      await page.locator('.card[data-status="done"]', { hasText: prompt }).waitFor();
    }
    await run(cards('done'), 'favourite');
    await page.reload();
    await page.locator('.kept button').nth(1).waitFor();
    await page.fill('#history [type=search]', 'fox');
    await until(async () => (await page.locator('.kept button').count()) === 1, 'one picture found');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-do="export"]')]);
    const file = await download.path();
    assert.equal((await readFile(file, 'utf8')).trim().split('\n').length, 2);
    const other = await browser.newContext({ locale: 'en' });
    const stranger = await open(other);
    await stranger.setInputFiles('#history [type=file]', file);
    await stranger.locator('.kept button').nth(1).waitFor();
    await other.close();
  });

  test('the settings of a dropped picture fill the form', async () => {
    const origin = {
      prompt: 'a kiln\nat night',
      negativePrompt: 'fog',
      seed: 5,
      width: 64,
      height: 64,
      steps: 9,
      guidanceScale: 6,
    };
    const text = toInfotext({ ...origin, engine: 'sketch' });
    const jpeg = sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } });
    const comment = Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(text, 'utf16le')]);
    const buffer = await jpeg
      .withExif({ IFD2: { UserComment: comment.toString('latin1') } })
      .jpeg()
      .toBuffer();
    await page.setInputFiles('#file', { name: 'a.jpg', mimeType: 'image/jpeg', buffer });
    await page.locator('#found p').waitFor();
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await page.setInputFiles('#file', {
      name: 'a.png',
      mimeType: 'image/png',
      buffer: withText(png, 'parameters', text),
    });
    await page.getByText('AUTOMATIC1111').waitFor();
    assert.equal(await page.inputValue('#prompt'), 'a kiln\nat night');
    assert.equal(await page.inputValue('#seed'), '5');
    const graph = {
      '3': { class_type: 'KSampler', inputs: { seed: 77, steps: 20, cfg: 8, positive: ['6', 0], negative: ['7', 0] } },
      '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 768 } },
      '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse' } },
      '7': { class_type: 'CLIPTextEncode', inputs: { text: 'rain' } },
    };
    await page.setInputFiles('#file', {
      name: 'c.png',
      mimeType: 'image/png',
      buffer: withText(png, 'prompt', JSON.stringify(graph)),
    });
    await page.getByText('ComfyUI').waitFor();
    assert.equal(await page.inputValue('#prompt'), 'a lighthouse');
    assert.equal(await page.inputValue('#seed'), '77');
  });

  test('fits a phone of 320 pixels, in both themes and in forced colours', async () => {
    await make('a red fox');
    await cards('done').first().waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    await page.click('#more > summary');
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    for (const media of [{ colorScheme: 'dark' }, { colorScheme: 'light' }, { forcedColors: 'active' }] as const) {
      await page.emulateMedia(media);
      await assertAccessible();
    }
  });

  test('weighs at most 25 kB', async (context) => {
    const html = await (await fetch(gateway.url, { headers: { accept: 'text/html' } })).text();
    let bytes = brotliCompressSync(html).length;
    const files = new Set(
      [...html.matchAll(/(?:src|href)="([^"]*\/page\/[^"]+)"/g)].map(([, address = '']) => address),
    );
    for (const file of files) bytes += brotliCompressSync(await (await fetch(`${gateway.url}${file}`)).text()).length;
    context.diagnostic(`${bytes} bytes`);
    assert.ok(bytes <= BROTLI_BUDGET, `${bytes} bytes`);
  });
});

/** A PNG with one more text in it. */
function withText(png: Buffer, name: string, text: string): Buffer {
  const data = Buffer.concat([Buffer.from(`${name}\0`), Buffer.from(text, 'latin1')]);
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length);
  chunk.write('tEXt', 4, 'latin1');
  data.copy(chunk, 8);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}
