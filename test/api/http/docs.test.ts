import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findSystemShell } from '../../worker/browser/system-shell.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

describe('Swagger UI at /docs, in a browser', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const strangers: string[] = [];

  before(async () => {
    gateway = await startGateway();
    browser = await chromium.launch({ executablePath: await findSystemShell() });
    page = await browser.newPage();
    // A breach of the page's policy is an error of the console.
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('requestfailed', (request) => complaints.push(request.url()));
    page.on('request', (request) => {
      if (!request.url().startsWith(gateway.url) && !request.url().startsWith('data:')) strangers.push(request.url());
    });
    await page.goto(`${gateway.url}/docs`);
    await page.locator('.opblock').first().waitFor();
  });
  after(async () => {
    await browser.close();
    await gateway.stop();
  });

  async function open(operation: string) {
    const block = page.locator(`#operations-${operation}`);
    await block.locator('.opblock-summary-control').click();
    await block.locator('button.execute').waitFor();
    return block;
  }

  test('shows every operation of the document', async () => {
    const response = await fetch(`${gateway.url}/openapi.json`);
    const { paths } = (await response.json()) as { paths: Record<string, object> };
    const count = Object.values(paths).flatMap((item) => Object.keys(item)).length;
    assert.equal(await page.locator('.opblock').count(), count);
  });

  test('GET /generate runs unchanged and shows its JSON', async () => {
    const block = await open('generate-get_generate_generate');
    await block.locator('button.execute').click();
    const answer = block.locator('.live-responses-table .response');
    await answer.waitFor();
    assert.equal(await answer.locator('.response-col_status').textContent(), '200');
    const shown = JSON.parse((await answer.locator('.microlight').first().textContent()) ?? '') as object;
    assert.deepEqual(Object.entries(shown).slice(0, 3), [
      ['success', true],
      ['image_url', `${gateway.url}/images/picture-0.png`],
      ['prompt', 'a red fox'],
    ]);
  });

  test('a body is filled in with an example that works', async () => {
    const block = await open('openai-post_v1_images_generations_openai');
    assert.equal(JSON.parse(await block.locator('textarea').first().inputValue()).prompt, 'a red fox');
    await block.locator('button.execute').click();
    const answer = block.locator('.live-responses-table .response');
    await answer.waitFor();
    assert.equal(await answer.locator('.response-col_status').textContent(), '200');
  });

  test('breaks no policy of the page and asks no other host', () => {
    assert.deepEqual(complaints, []);
    assert.deepEqual(strangers, []);
  });
});
