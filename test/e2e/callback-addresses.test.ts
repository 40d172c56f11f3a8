import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { createFakeWorker, type FakeWorker } from '../stand-ins/worker/fake-worker.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { createService } from './service.ts';

/** The addresses in a callback can be reached: they use the platform's address, else that of the request. */

interface Delivery {
  readonly data: { readonly status_url: string; readonly events_url: string };
}

describe('the addresses in a callback', { timeout: 120_000 }, () => {
  let worker: FakeWorker;
  const receiver = createServer(async (call, response) => {
    const delivery = await json(call);
    response.writeHead(204).end();
    receiver.emit('delivery', delivery);
  });
  before(async () => {
    worker = await createFakeWorker();
    worker.isAutomatic = true;
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  });
  after(async () => {
    await worker.close();
    receiver.closeAllConnections();
    receiver.close();
  });

  async function deliver(env: Record<string, string>): Promise<Delivery> {
    const directory = await mkdtemp(join(tmpdir(), 'easel-callbacks-'));
    const own = { HOST: '127.0.0.1', DATA_DIR: directory, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
    const gateway = await createService({
      file: 'api/main.ts',
      directory,
      env: { ...own, WORKER_URL: worker.url, WORKER_TOKEN: worker.token, ...env },
    });
    await gateway.start();
    try {
      const called = once(receiver, 'delivery') as Promise<[Delivery]>;
      const callback_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      const headers = { host: 'pictures.example:8080', 'content-type': 'application/json' };
      request(`${gateway.url}/jobs`, { method: 'POST', headers }).end(
        JSON.stringify({ prompt: 'delivery', callback_url }),
      );
      const [delivery] = await called;
      return delivery;
    } finally {
      await gateway.kill('SIGTERM');
      await removeDirectory(directory);
    }
  }

  test('use the address that the caller used', async () => {
    const { data } = await deliver({});
    assert.match(data.status_url, /^http:\/\/pictures\.example:8080\/jobs\/[\w-]{1,40}\?sealed=/);
    assert.match(data.events_url, /^http:\/\/pictures\.example:8080\/jobs\//);
  });

  test("use the platform's address, if the platform names one", async () => {
    const { data } = await deliver({ RENDER_EXTERNAL_URL: 'https://easel.onrender.com' });
    assert.match(data.status_url, /^https:\/\/easel\.onrender\.com\/jobs\//);
  });
});
