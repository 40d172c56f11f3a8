import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import sharp from 'sharp';
import { removeDirectory } from '../../support/remove-directory.ts';
import { findSystemShell } from '../../worker/browser/system-shell.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** A visit to the page: a real browser and a scripted job module. */
export interface Visit {
  /** New for each test. */
  gateway: TestGateway;
  context: BrowserContext;
  page: Page;
  /** For the whole file. */
  browser: Browser;
  dataDirectory: string;
  /** Messages of the console, and calls to other hosts. It must be empty at the end of each test. */
  said: string[];
  /** Opens one more page and waits until its script runs. */
  open(where?: BrowserContext, path?: string): Promise<Page>;
  make(prompt: string): Promise<void>;
  cards(status: string): Locator;
  /** Presses a button of the first card. */
  run(cards: Locator, verb: string): Promise<void>;
  /** Fails with the findings of axe on the page, except for rules that the state breaks on purpose. */
  assertAccessible(where?: Page, except?: readonly string[]): Promise<void>;
}

const VIEWPORT = { width: 1100, height: 900 };

/** Registers the hooks of a file's visit; call it once inside `describe`. */
export function useVisit(): Visit {
  const visit = { said: [] as string[] } as Visit;
  before(async () => {
    visit.dataDirectory = await mkdtemp(join(tmpdir(), 'easel-page-'));
    await mkdir(join(visit.dataDirectory, 'images'));
    const picture = sharp({ create: { width: 96, height: 96, channels: 3, background: '#b4451f' } }).png();
    await writeFile(join(visit.dataDirectory, 'images', 'picture-0.png'), await picture.toBuffer());
    visit.browser = await chromium.launch({ executablePath: await findSystemShell() });
  });
  after(async () => {
    await visit.browser.close();
    await removeDirectory(visit.dataDirectory);
  });
  beforeEach(async () => {
    visit.said.length = 0;
    visit.gateway = await startGateway({ dataDirectory: visit.dataDirectory });
    visit.context = await visit.browser.newContext({ locale: 'en', viewport: VIEWPORT });
    visit.context.setDefaultTimeout(15_000);
    visit.page = await visit.open();
  });
  afterEach(async () => {
    await visit.context.close();
    await visit.gateway.stop();
    assert.deepEqual(visit.said, [], 'the console is silent and nothing is asked of another host');
  });
  return Object.assign(visit, {
    open: async (where = visit.context, path = '/') => {
      const page = await where.newPage();
      listen(page, visit);
      await page.goto(`${visit.gateway.url}${path}`);
      await page.waitForSelector('#history:not([hidden])');
      return page;
    },
    make: async (prompt: string) => {
      await visit.page.fill('#prompt', prompt);
      await visit.page.press('#prompt', 'Enter');
    },
    cards: (status: string) => visit.page.locator(`#pictures .card[data-status="${status}"]`),
    run: (cards: Locator, verb: string) => cards.first().locator(`[data-do="${verb}"]`).click(),
    assertAccessible: (where = visit.page, except = []) => assertAccessible(where, except),
  });
}

function listen(page: Page, { said, gateway }: Visit): void {
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^https?:$/.test(protocol) && origin !== gateway.url) said.push(request.url());
  });
}

interface Finding {
  readonly id: string;
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>;
}

async function assertAccessible(page: Page, except: readonly string[]): Promise<void> {
  // Scripts of Playwright are not bound by the page's content security policy.
  await page.evaluate(axe.source);
  const rules = Object.fromEntries(except.map((name) => [name, { enabled: false }]));
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify({ rules })})`)) as {
    violations: readonly Finding[];
  };
  assert.deepEqual(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' ')}`,
    ),
    [],
  );
}
