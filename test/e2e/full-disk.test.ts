import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../support/poll.ts';
import { ask, askServed, download } from './ask.ts';
import { type Services, startServices } from './services.ts';

/**
 * Simulates a full disk for one process: the kernel refuses to make a file longer than this. It needs no mount and no
 * root, and can be undone.
 */
const limitFiles = (pid: number, bytes: number | 'unlimited') =>
  promisify(execFile)('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:`]);

describe('the disk is full', () => {
  let services: Services;
  before(async () => {
    services = await startServices();
    await askServed(services.url, { prompt: 'a first picture' });
  });
  after(() => services.stop());

  const isHealthy = async (url: string): Promise<boolean> => (await fetch(`${url}/health`)).ok;

  test('at the worker: store_failed, no half file is left, and the next request works once there is room', async () => {
    const { worker, workerUrl, url, dataDirectory } = services;
    const request = { prompt: 'a granary', seed: 5 };
    await limitFiles(worker.pid, 2000);
    const { status, body, text } = await ask(url, request);
    assert.deepEqual([status, body.code], [502, 'store_failed'], text);
    assert.ok(!text.includes(dataDirectory), 'no path reaches a client');
    const namesCause = (line: string): boolean => line.includes('DATA_DIR') && line.includes('disk:');
    await until(() => worker.logged.some(namesCause), 'the line for the operator');
    assert.ok(await isHealthy(workerUrl));
    for (const directory of ['images', 'shelf']) {
      const names = await readdir(join(dataDirectory, directory));
      assert.ok(!names.some((name) => name.endsWith('.tmp')), String(names));
    }

    await limitFiles(worker.pid, 'unlimited');
    const again = await askServed(url, request);
    assert.equal((await download(again.body.image_url)).length > 2000, true);
  });

  test('at the gateway: a job that cannot be stored is not accepted, and the next one is once there is room', async () => {
    const { gateway, url } = services;
    await limitFiles(gateway.pid, 0);
    const { status, body, text } = await ask(url, { prompt: 'a silo', seed: 6 });
    assert.deepEqual([status, body.code], [500, 'internal'], text);
    assert.doesNotMatch(text, /sqlite|disk/i);
    assert.ok(await isHealthy(url));

    await limitFiles(gateway.pid, 'unlimited');
    await askServed(url, { prompt: 'a silo', seed: 6 });
  });
});
