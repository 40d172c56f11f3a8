import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { until } from '../support/poll.ts';
import { findSystemShell } from '../worker/browser/system-shell.ts';
import { type Answer, ask, askServed, assertPaintedFor, download } from './ask.ts';
import { type Chain, countGenerations, startChain, waitForGeneration } from './chain.ts';
import { type ChromiumProcesses, watchChromium } from './chromium-processes.ts';
import { startServices } from './services.ts';

const REQUEST = { prompt: 'a tidal mill', seed: 21 };

describe('kill -9 in the browser while it paints', () => {
  let chromium: ChromiumProcesses;
  let chain: Chain;
  before(async () => {
    chromium = await watchChromium();
    chain = await startChain({ env: { CACHE_TTL_SECONDS: '0' }, workerEnv: { TMPDIR: chromium.directory } });
  });
  afterEach(() => chain.perchance.setMode('ok'));
  after(async () => {
    await chain.stop();
    await chromium.remove();
  });

  /** Asks for a picture that hangs at the site, and resolves once the site has been asked for it. */
  async function askAndHang(): Promise<{ readonly answer: Promise<Answer>; readonly asked: number }> {
    chain.perchance.setMode('hang');
    const asked = countGenerations(chain) + 1;
    const answer = ask(chain.url, REQUEST);
    await waitForGeneration(chain, asked);
    return { answer, asked };
  }

  async function assertServed(answer: Answer): Promise<void> {
    assert.equal(answer.status, 200, answer.text);
    await assertPaintedFor(await download(answer.body.image_url), REQUEST);
  }

  test('of the browser: the job runs once more on a fresh one, and its caller notices nothing', async () => {
    await askServed(chain.url, REQUEST);
    const { answer, asked } = await askAndHang();
    const killed = await chromium.browser();
    process.kill(killed, 'SIGKILL');
    await waitForGeneration(chain, asked + 1);
    chain.perchance.setMode('ok');
    await assertServed(await answer);
    assert.notEqual(await chromium.browser(), killed);
  });

  test('of the renderers: the job runs once more', async () => {
    const { answer, asked } = await askAndHang();
    for (const pid of await chromium.renderers()) process.kill(pid, 'SIGKILL');
    await waitForGeneration(chain, asked + 1);
    chain.perchance.setMode('ok');
    await assertServed(await answer);
  });

  test('twice in one job: the job fails with its own code, and the next request works', async () => {
    const { answer, asked } = await askAndHang();
    process.kill(await chromium.browser(), 'SIGKILL');
    await waitForGeneration(chain, asked + 1);
    process.kill(await chromium.browser(), 'SIGKILL');
    const { status, body, text } = await answer;
    assert.deepEqual([status, body.code], [502, 'engine_failed'], text);
    chain.perchance.setMode('ok');
    await assertServed(await ask(chain.url, REQUEST));
  });

  test('leaves nothing of the killed browsers: no process, no zombie, no directory', async () => {
    await askServed(chain.url, REQUEST);
    await until(async () => (await chromium.directories()).length === 1, 'one directory, of the browser that runs');
    await chromium.browser();
    await chain.worker.kill('SIGTERM');
    await until(async () => (await chromium.left()).length === 0, 'the end of every process');
    assert.deepEqual(await chromium.directories(), []);
    await chain.worker.start();
  });

  test('of the worker itself: the gateway sends the job again when the worker is back', async () => {
    await askServed(chain.url, REQUEST);
    const { answer, asked } = await askAndHang();
    await chromium.browser();
    await chain.worker.kill('SIGKILL');
    await chain.worker.start();
    await waitForGeneration(chain, asked + 1);
    chain.perchance.setMode('ok');
    await assertServed(await answer);
    const [directory, ...others] = await chromium.directories();
    assert.ok(directory?.startsWith(`easel-chromium-${chain.worker.pid}-`), directory);
    assert.deepEqual(others, [], 'the killed worker’s directory was swept');
  });
});

test('a wrong CHROMIUM_PATH is reported only to the operator, and harms nothing once it is right', async (context) => {
  const chromium = await watchChromium();
  context.after(() => chromium.remove());
  const path = join(chromium.directory, 'chromium-headless-shell');
  const services = await startServices({ start: ['gateway'], workerEnv: { CHROMIUM_PATH: path } });
  context.after(() => services.stop());
  await services.worker.start('listening');
  const isHealthy = async (): Promise<boolean> => (await fetch(`${services.workerUrl}/health`)).ok;
  await until(async () => !(await isHealthy()), 'health reports it before the first request');
  const { status, body, text } = await ask(services.url, { prompt: 'a tower' });
  assert.deepEqual([status, body.code], [502, 'engine_failed']);
  assert.ok(!text.includes(path));
  const namesCause = (line: string): boolean => line.includes('CHROMIUM_PATH') && line.includes(path);
  await until(() => services.worker.logged.some(namesCause), 'the line that names the variable and the path');
  await symlink(await findSystemShell(), path);
  assert.equal((await askServed(services.url, { prompt: 'a tower' })).body.engine, 'sketch');
  await until(isHealthy, 'health reports that it works again');
});
