import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toTrustProxy } from '../../api/http/middleware/trust-proxy.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { root } from '../architecture/source-files.ts';
import { pending } from '../contracts/dialect.ts';
import { withCaddy } from '../support/caddy.ts';
import { takeFreePort } from '../support/free-port.ts';
import { withNginx } from '../support/nginx.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { caddyWith, nginxWith, type RunningProxy, type StartProxy } from './snippets.ts';

/** The files of deploy/nginx and deploy/caddy, used by the real programs. */

const JSON_TYPE = { 'content-type': 'application/json' };

function serves(name: string, path: string, startProxy: StartProxy): void {
  describe(name, () => {
    let folder: string;
    let proxy: RunningProxy;
    let gateway: TestGateway;
    let base: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'easel-proxies-'));
      const port = await takeFreePort();
      const common = { trustProxy: toTrustProxy('private'), dataDirectory: folder, waitBudgetMs: 60_000 };
      // Below a path PUBLIC_URL holds the proxy's address, so that the proxy must start first.
      if (path === '') gateway = await startGateway(common, port);
      proxy = await startProxy(`http://127.0.0.1:${port}`, folder);
      base = `${proxy.url}${path}`;
      if (path !== '') gateway = await startGateway({ ...common, publicUrl: base }, port);
    });
    after(async () => {
      await proxy.close();
      await gateway.stop();
      await removeDirectory(folder);
    });

    test('answers hold the address that the client used, and limits count by the client’s address', async () => {
      const { submissions } = gateway.jobs;
      const answer = (await (await fetch(`${base}/generate?prompt=fox`)).json()) as { image_url: string };
      assert.equal(answer.image_url, `${base}/images/picture-0.png`);
      assert.equal(submissions.at(-1)?.options.client.id, 'address:127.0.0.1');
    });

    test('a long address and a large body pass', async () => {
      const long = await fetch(`${base}/generate?prompt=fox&x=${'x'.repeat(40_000)}`);
      assert.equal(long.status, 200);
      await long.arrayBuffer();
      // JSON shows that the gateway refused it. A refusal of the proxy would be HTML.
      const body = JSON.stringify({ prompt: 'fox', ignored: 'x'.repeat(3_000_000) });
      const large = await fetch(`${base}/jobs`, { method: 'POST', headers: JSON_TYPE, body });
      assert.match(large.headers.get('content-type') ?? '', /json/);
      await large.arrayBuffer();
    });

    test('an event arrives while the stream is still open', async () => {
      const { outcome, follow } = gateway.jobs;
      pending(gateway.jobs);
      const accepted = await fetch(`${base}/jobs`, { method: 'POST', headers: JSON_TYPE, body: '{"prompt":"fox"}' });
      const { events_url: url } = (await accepted.json()) as { events_url: string };
      assert.ok(url.startsWith(`${base}/jobs/`));
      gateway.jobs.outcome = outcome;
      const ended = Promise.withResolvers<void>();
      gateway.jobs.follow = async function* (jobId, options) {
        yield* follow(jobId, options);
        await ended.promise;
      };
      const reader = (await fetch(url)).body?.getReader();
      assert.match(Buffer.from((await reader?.read())?.value ?? []).toString(), /event: running/);
      ended.resolve();
      assert.equal((await reader?.read())?.done, true);
      gateway.jobs.follow = follow;
    });

    test('the page and the documentation are served', async () => {
      for (const file of ['/', '/docs', '/health']) {
        const answer = await fetch(`${base}${file}`, { headers: { accept: 'text/html' } });
        assert.equal(answer.status, 200, file);
        await answer.arrayBuffer();
      }
      if (path === '') return;
      const moved = await fetch(base, { redirect: 'manual' });
      assert.deepEqual([moved.status, new URL(moved.headers.get('location') ?? '', base).href], [308, `${base}/`]);
    });
  });
}

withNginx(() => {
  serves('deploy/nginx/easel.conf', '', nginxWith('deploy/nginx/easel.conf'));
  serves('deploy/nginx/easel-below-a-path.conf', '/easel', nginxWith('deploy/nginx/easel-below-a-path.conf'));

  test('nginx waits longer than the gateway’s wait budget', async () => {
    for (const file of ['easel.conf', 'easel-below-a-path.conf']) {
      const text = await readFile(join(root, 'deploy/nginx', file), 'utf8');
      const [, seconds = '0'] = /^ {2}proxy_read_timeout (\d+)s;/m.exec(text) ?? [];
      assert.ok(Number(seconds) > 85 && text.includes('85 s (WAIT_BUDGET_MS)'));
    }
  });
});

withCaddy(() => {
  serves('deploy/caddy/easel.caddy', '', caddyWith('easel'));
  serves('deploy/caddy/easel.caddy, below a path', '/easel', caddyWith('easel-below-a-path'));

  test('Caddy waits for a gateway that restarts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'easel-proxies-'));
    const port = await takeFreePort();
    const first = await startGateway({}, port);
    const proxy = await caddyWith('easel')(first.url, folder);
    await first.stop();
    const impatient = fetch(`${proxy.url}/health`, { signal: AbortSignal.timeout(500) });
    await assert.rejects(impatient, { name: 'TimeoutError' }, 'no 502 while the gateway is down');
    const answer = fetch(`${proxy.url}/health`);
    const gateway = await startGateway({}, port);
    assert.equal((await answer).status, 200);
    await proxy.close();
    await gateway.stop();
    await removeDirectory(folder);
  });
});
