import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { askServed } from '../../../e2e/ask.ts';
import { type ChromiumProcesses, watchChromium } from '../../../e2e/chromium-processes.ts';
import { type Services, startServices } from '../../../e2e/services.ts';
import { readProc } from '../../../support/proc.ts';

describe('if memory runs out', { skip: process.platform === 'linux' ? false : 'the kernel is not Linux' }, () => {
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

  test('the kernel kills the browser and not the worker', async () => {
    const scoreOf = (pid: number): number => Number(readProc(pid, 'oom_score_adj'));
    const own = scoreOf(services.worker.pid);
    const processes = [await chromium.browser(), ...(await chromium.renderers())];
    for (const pid of processes) assert.ok(scoreOf(pid) > own, `${scoreOf(pid)} of ${pid}, and the worker has ${own}`);
  });
});
