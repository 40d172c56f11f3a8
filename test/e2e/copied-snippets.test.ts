import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { findSystemShell } from '../worker/browser/system-shell.ts';
import { type Services, startServices } from './services.ts';

/** A picture of the whole system, and all that the page lets copy for it: the same bytes come again. */

const PROGRAMS = {
  curl: ['bash', '-c'],
  Python: ['python3', '-I', '-c'],
  JavaScript: ['node', '--input-type=module', '-e'],
};

let services: Services;
before(async () => {
  services = await startServices();
});
after(() => services.stop());

test('what the page lets copy gives the picture that the page shows', async (t) => {
  const browser = await chromium.launch({ executablePath: await findSystemShell() });
  t.after(() => browser.close());
  const context = await browser.newContext({ locale: 'en', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(`${services.url}/`);
  await page.fill('#prompt', `a "lighthouse" & Anna's boat, 50 %`);
  await page.locator('.chip', { hasText: 'Landscape' }).click();
  await page.press('#prompt', 'Enter');
  await page.locator('.card[data-status="done"]').waitFor();
  const source = String(await page.locator('#pictures img').getAttribute('src'));
  const picture = Buffer.from(await (await fetch(source)).arrayBuffer());
  assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  await page.click('.menu summary');
  const copied = async (name: string): Promise<string> => {
    await page.click(`[data-snippet="${name}"]`);
    return String(await page.evaluate('navigator.clipboard.readText()'));
  };
  for (const name of ['address', 'HTML', 'Markdown']) {
    const [address = ''] = /https?:[^\s"')]+/.exec((await copied(name)).replaceAll('&amp;', '&')) ?? [];
    assert.deepEqual(Buffer.from(await (await fetch(address)).arrayBuffer()), picture, name);
  }
  for (const [name, [program = '', ...options]] of Object.entries(PROGRAMS)) {
    const cwd = join(services.dataDirectory, `run-${name}`);
    await mkdir(cwd);
    await promisify(execFile)(program, [...options, await copied(name)], { cwd, timeout: 30_000 });
    assert.deepEqual(await readFile(join(cwd, 'picture.png')), picture, name);
  }
});
