import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCaddy, withCaddy } from '../../support/caddy.ts';
import { takeFreePort } from '../../support/free-port.ts';
import { startNginx, withNginx } from '../../support/nginx.ts';
import { removeDirectory } from '../../support/remove-directory.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** PUBLIC_URL with a path, behind real proxies that strip the prefix or keep it. */

interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

const FOX = { method: 'POST', body: '{"prompt":"fox"}', headers: { 'content-type': 'application/json' } };

type StartProxy = (upstream: string) => Promise<Proxy>;

/** The proxy's port is chosen first, because the gateway's settings need the proxy's address. */
async function startBehind(
  startProxy: StartProxy,
): Promise<{ gateway: TestGateway; proxy: Proxy; stop(): Promise<void> }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'easel-base-'));
  await mkdir(join(dataDirectory, 'images'));
  await writeFile(join(dataDirectory, 'images/picture-0.png'), PICTURE_BYTES);
  const port = await takeFreePort();
  const proxy = await startProxy(`http://127.0.0.1:${port}`);
  const gateway = await startGateway({ publicUrl: `${proxy.url}/tools/easel`, dataDirectory }, port);
  const stop = async (): Promise<void> => {
    await proxy.close();
    await gateway.stop();
    await removeDirectory(dataDirectory);
  };
  return { gateway, proxy, stop };
}

function servesUnderItsPath(name: string, startProxy: StartProxy): void {
  describe(`PUBLIC_URL with a path, behind ${name}`, () => {
    let running: Awaited<ReturnType<typeof startBehind>>;
    let base: string;
    before(async () => {
      running = await startBehind(startProxy);
      base = `${running.proxy.url}/tools/easel`;
    });
    after(() => running.stop());

    test('a picture’s address leads to the picture', async () => {
      const answer = (await (await fetch(`${base}/generate?prompt=fox`)).json()) as { image_url: string };
      assert.equal(answer.image_url, `${base}/images/picture-0.png`);
      const picture = await fetch(answer.image_url);
      assert.deepEqual(Buffer.from(await picture.arrayBuffer()), PICTURE_BYTES);
    });

    test('a redirect leads to the picture', async () => {
      const picture = await fetch(`${base}/generate?prompt=fox&output=redirect`);
      assert.equal(picture.url, `${base}/images/picture-0.png`);
      assert.equal(picture.headers.get('content-type'), 'image/png');
      await picture.arrayBuffer();
    });

    test('status_url, events_url and Location lead to the job', async () => {
      const response = await fetch(`${base}/jobs`, FOX);
      const job = (await response.json()) as { status_url: string; events_url: string };
      const location = response.headers.get('location') ?? '';
      assert.equal(location, new URL(location, base).pathname);
      for (const url of [job.status_url, job.events_url, new URL(location, base).href]) {
        assert.ok(url.startsWith(`${base}/jobs/`), url);
        const found = await fetch(url);
        assert.equal(found.status, 200, url);
        await found.arrayBuffer();
      }
    });

    test('the documentation finds its parts and its server', async () => {
      for (const page of [`${base}/docs`, `${base}/docs/`]) {
        const html = await (await fetch(page)).text();
        const parts = [...html.matchAll(/(?:src|href|data-document)="([^"]+)"/g)].map(([, part = '']) => part);
        assert.ok(parts.length >= 5);
        for (const part of parts) {
          const found = await fetch(new URL(part, page));
          assert.equal(found.status, 200, part);
          await found.arrayBuffer();
        }
      }
      const document = (await (await fetch(`${base}/openapi.json`)).json()) as { servers: { url: string }[] };
      assert.deepEqual(document.servers, [{ url: '/tools/easel' }]);
    });

    test('the discovery document’s example works', async () => {
      const { example } = (await (await fetch(base)).json()) as { example: string };
      const url = /"(.*)"/.exec(example)?.[1] ?? '';
      assert.ok(url.startsWith(`${base}/generate`), url);
      assert.equal((await fetch(url)).status, 200);
    });

    test('OpenAI’s base URL may lack /v1 and end with a slash', async () => {
      for (const path of ['/v1/images/generations', '/images/generations', '//v1/images/generations']) {
        const response = await fetch(`${base}${path}`, FOX);
        assert.equal(response.status, 200, path);
      }
    });

    test('an unknown address gets an error in the dialect’s own shape', async () => {
      const response = await fetch(`${base}/v1/nowhere`);
      assert.equal(response.status, 404);
      assert.equal(typeof ((await response.json()) as { error: { message: string } }).error.message, 'string');
    });
  });
}

const SLASHES = 'merge_slashes off;';

withNginx(() => {
  servesUnderItsPath('nginx that takes the prefix away', (upstream) =>
    startNginx(
      upstream,
      `${SLASHES} location /tools/easel { rewrite ^/tools/easel/?(.*)$ /$1 break; proxy_pass ${upstream}; }`,
    ),
  );
  servesUnderItsPath('nginx that leaves the prefix', (upstream) =>
    startNginx(upstream, `${SLASHES} location /tools/easel { proxy_pass ${upstream}; }`),
  );
});

withCaddy(() => {
  servesUnderItsPath('Caddy that takes the prefix away', (upstream) =>
    startCaddy(upstream, `handle_path /tools/easel* {\n reverse_proxy ${upstream}\n }`),
  );
  servesUnderItsPath('Caddy that leaves the prefix', (upstream) =>
    startCaddy(upstream, `handle /tools/easel* {\n reverse_proxy ${upstream}\n }`),
  );
});
