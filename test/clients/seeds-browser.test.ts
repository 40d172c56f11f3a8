import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Services, startServices } from '../e2e/services.ts';
import { findSystemShell } from '../worker/browser/system-shell.ts';

/** Snippets for web pages from the earlier services, in a real browser, from another origin and from the same one. */

describe('the snippets of the earlier services in a browser', () => {
  let services: Services;
  let browser: Browser;
  let page: Page;
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>somebody’s site</title><p>Hello');
  });
  let siteUrl: string;

  before(async () => {
    site.listen(0, '127.0.0.1');
    [services, browser] = await Promise.all([
      startServices(),
      findSystemShell().then((executablePath) => chromium.launch({ executablePath })),
      once(site, 'listening'),
    ]);
    const address = site.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    siteUrl = `http://127.0.0.1:${address.port}`;
    page = await browser.newPage();
  });
  after(async () => {
    await browser.close();
    site.close();
    site.closeAllConnections();
    await services.stop();
  });

  /** Runs a page's script unchanged. `use` is the code with which the page calls it. */
  const play = (script: string, use: string): Promise<unknown> =>
    page.evaluate(`(async () => {
      ${script.replaceAll('http://localhost:5000', services.url)}
      ${use}
    })()`);

  test('POST /generate from a page of another origin, shown as a data URL', async () => {
    await page.goto(siteUrl);
    const use = `await generateImage('a red fox');
      const shown = document.querySelector('img');
      await shown.decode();
      return shown.naturalWidth + 'x' + shown.naturalHeight;`;
    assert.equal(await play(GENERATE_IMAGE, use), '512x512');
  });

  test('GET /generate from another origin: the answer, its headers and its picture', async () => {
    await page.goto(siteUrl);
    const use = `const response = await fetch('${services.url}/generate?prompt=a+red+fox&seed=7');
      const img = document.createElement('img');
      img.crossOrigin = 'anonymous';
      img.src = (await response.json()).image_url;
      await img.decode();
      return [img.naturalWidth, response.headers.get('x-seed'), response.headers.get('x-engine')];`;
    assert.deepEqual(await play('', use), [768, '7', 'sketch']);
  });

  test('an <img> whose address is the prompt', async () => {
    await page.goto(siteUrl);
    const use = `const img = document.createElement('img');
      img.src = '${services.url}/prompt/' + encodeURIComponent('a fox / 100% red, 狐') + '?width=512&height=512';
      await img.decode();
      return img.naturalWidth;`;
    assert.equal(await play('', use), 512);
  });

  test('POST /api/generate-image from a page of the same origin', async () => {
    await page.goto(`${services.url}/docs`);
    const lines: string[] = [];
    page.on('console', (message) => lines.push(message.text()));
    await play(CREATE_IMAGE, 'await createImage();');
    assert.match(lines[0] ?? '', /^Generated image URL: data:image\/png;base64,/);
    assert.match(lines[1] ?? '', /^Image file path: .*image_\d+_a_beautiful_landscape/);
  });
});

const GENERATE_IMAGE = `
async function generateImage(prompt) {
    const response = await fetch('http://localhost:5000/generate', {
        method: 'POST',
        headers: {
            'Content-Type': 'application/json',
        },
        body: JSON.stringify({
            prompt: prompt,
            num_inference_steps: 30
        })
    });

    const data = await response.json();

    // Display image
    const img = document.createElement('img');
    img.src = \`data:image/png;base64,\${data.image}\`;
    document.body.appendChild(img);
}`;

const CREATE_IMAGE = `
async function createImage() {
  try {
    const response = await fetch("/api/generate-image", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
      },
      body: JSON.stringify({
        prompt: "A beautiful landscape with mountains and a lake",
      }),
    });

    const data = await response.json();

    if (data.success) {
      console.log("Generated image URL:", data.imageUrl);
      console.log("Image file path:", data.filePath);
    } else {
      console.error("Error:", data.error);
    }
  } catch (error) {
    console.error("Error:", error.message);
  }
}`;
