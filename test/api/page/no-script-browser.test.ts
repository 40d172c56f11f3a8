import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { findSystemShell } from '../../worker/browser/system-shell.ts';
import { startGateway, type TestGateway } from '../gateway.ts';
import { type ScriptedJobs, scriptJobs } from './scripted-jobs.ts';

/** A real browser without JavaScript, at an address without https, where it sends no `Sec-Fetch-Site`. */

const NAME = 'easel.test';

describe('a browser without JavaScript', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let jobs: ScriptedJobs;
  before(async () => {
    gateway = await startGateway();
    jobs = scriptJobs(gateway.jobs);
    const cancel = gateway.jobs.cancel;
    gateway.jobs.cancel = async (id) => {
      const job = await cancel(id);
      jobs.update(id, { status: job.status, error: job.error });
      return job;
    };
    const args = [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`];
    browser = await chromium.launch({ executablePath: await findSystemShell(), args });
  });
  after(async () => {
    await browser.close();
    await gateway.stop();
  });

  test('fills the form, waits, cancels, and asks again until the picture is there', async () => {
    const context = await browser.newContext({ locale: 'en', javaScriptEnabled: false });
    const page = await context.newPage();
    const { port } = new URL(gateway.url);
    await page.goto(`http://${NAME}:${port}/`);
    await page.fill('#prompt', 'a red fox');
    await page.click('.make');
    await page.getByText('Accepted').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    assert.deepEqual(gateway.jobs.cancelled, jobs.ids);
    await page.getByText('Another picture').click();
    await page.fill('#prompt', 'a blue whale');
    await page.click('.make');
    await page.getByText('Accepted').waitFor();
    // The page reloads itself.
    jobs.end(jobs.ids[1]);
    await page.getByText('Open the picture').waitFor();
    assert.equal(await page.locator('img').getAttribute('alt'), 'a blue whale');
    await context.close();
  });
});
