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

  test('if memory runs out, the kernel kills the browser and not the worker', async () => {
    const scoreOf = (pid: number): number => Number(readProc(pid, 'oom_score_adj'));
    const own = scoreOf(services.worker.pid);
    const processes = [await chromium.browser(), ...(await chromium.renderers())];
    for (const pid of processes) assert.ok(scoreOf(pid) > own, `${scoreOf(pid)} of ${pid}, and the worker has ${own}`);
  });

  test('if both want the processor, the worker gets more of it', async () => {
    const [own, browser] = [services.worker.pid, await chromium.browser()].map((pid) => getPriority(pid));
    assert.ok(Number(browser) > Number(own), `the browser is of niceness ${browser}, the worker of ${own}`);
  });
});
