import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { askServed } from '../../../e2e/ask.ts';
import { type ChromiumProcesses, watchChromium } from '../../../e2e/chromium-processes.ts';
import { type Services, startServices } from '../../../e2e/services.ts';
import { readProc } from '../../../support/proc.ts';

describe('the worker comes before its browser', {
  skip: process.platform === 'linux' ? false : 'the kernel is not Linux',
}, () => {
  let services: Services;
  let chromium: ChromiumProcesses;
  before(async () => {
    chromium = await watchChromium();
    services = await startServices({ workerEnv: { TMPDIR: chromium.directory } });
    await askServed(services.url, { prompt: 'a picture' });
  });
  after(async () => {
    await services.stop();
    await chromium.remove();
  });

  test('if memory runs out, the kernel kills a page rather than the browser, and the browser rather than the worker', async () => {
    const scoreOf = (pid: number): number => Number(readProc(pid, 'oom_score_adj'));
    const own = scoreOf(services.worker.pid);
    const browser = scoreOf(await chromium.browser());
    assert.ok(browser > own, `${browser}, and the worker has ${own}`);
    const pages = await chromium.renderers();
    assert.ok(pages.length > 0);
    for (const pid of pages)
      assert.ok(scoreOf(pid) > browser, `${scoreOf(pid)} of a page, and the browser has ${browser}`);
  });

  test('if all want the processor, the worker gets more of it than each thread of the browser', async () => {
    const own = getPriority(services.worker.pid);
    for (const pid of [await chromium.browser(), ...(await chromium.renderers())]) {
      assert.ok(getPriority(pid) > own, `${pid} is of niceness ${getPriority(pid)}, the worker of ${own}`);
    }
  });
});
