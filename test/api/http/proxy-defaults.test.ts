import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toTrustProxy } from '../../../api/http/middleware/trust-proxy.ts';
import { pending } from '../../contracts/dialect.ts';
import { startCaddy, withCaddy } from '../../support/caddy.ts';
import { startNginx, withNginx } from '../../support/nginx.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Behind real proxies with default settings, except for the address of the gateway. */

interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

function worksBehind(name: string, startProxy: (upstream: string) => Promise<Proxy>): void {
  describe(`behind ${name} with default settings`, () => {
    let gateway: TestGateway;
    let proxy: Proxy;
    before(async () => {
      gateway = await startGateway();
      proxy = await startProxy(gateway.url);
    });
    after(async () => {
      await proxy.close();
      await gateway.stop();
    });

    test('an event arrives while the stream is still open', async () => {
      const { outcome } = gateway.jobs;
      pending(gateway.jobs);
      const body = JSON.stringify({ prompt: 'fox' });
      const headers = { 'content-type': 'application/json' };
      const accepted = await fetch(`${proxy.url}/jobs`, { method: 'POST', body, headers });
      const { job_id: id } = (await accepted.json()) as { job_id: string };
      gateway.jobs.outcome = outcome;
      const ended = Promise.withResolvers<void>();
      const { follow } = gateway.jobs;
      gateway.jobs.follow = async function* (jobId, options) {
        yield* follow(jobId, options);
        await ended.promise;
      };
      const response = await fetch(`${proxy.url}/jobs/${id}/events`);
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
      const reader = response.body?.getReader();
      const first = await reader?.read();
      assert.match(Buffer.from(first?.value ?? []).toString(), /^id: 1\nevent: running\ndata: /);
      ended.resolve();
      assert.equal((await reader?.read())?.done, true);
      gateway.jobs.follow = follow;
    });

    test('answers are small enough for its buffers, whatever the prompt', async () => {
      const prompt = encodeURIComponent('a very long wish '.repeat(100));
      const response = await fetch(`${proxy.url}/generate?prompt=${prompt}`);
      assert.equal(response.status, 200);
      await response.arrayBuffer();
    });

    test('HEAD, ranges and refusals pass unchanged', async () => {
      const head = await fetch(`${proxy.url}/prompt/fox`, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers.get('content-type')], [200, 'image/jpeg']);
      const refused = await fetch(`${proxy.url}/jobs`, { method: 'POST', body: 'prompt=fox' });
      assert.equal(refused.status, 415);
      assert.match(await refused.text(), /Content-Type: application\/json/);
    });
  });
}

withNginx(() => worksBehind('nginx', startNginx));
withCaddy(() => worksBehind('Caddy', startCaddy));

withCaddy(() => {
  test('Caddy passes on the caller’s address and the host name, and no forged entry', async () => {
    const gateway = await startGateway({ trustProxy: toTrustProxy('private') });
    const proxy = await startCaddy(gateway.url);
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    const answer = await (await fetch(`${proxy.url}/generate?prompt=fox`, { headers })).json();
    assert.equal((answer as { image_url: string }).image_url, `${proxy.url}/images/picture-0.png`);
    assert.equal(gateway.jobs.submissions[0]?.options.client.id, 'address:127.0.0.1');
    await proxy.close();
    await gateway.stop();
  });
});

withNginx(() => {
  test('nginx with the guide’s settings passes on the caller and the host name, and takes long addresses', async () => {
    const guide = await readFile(join(import.meta.dirname, '../../../DEPLOYMENT_GUIDE.md'), 'utf8');
    const block = /^```nginx\n([\s\S]*?)^```/m.exec(guide)?.[1] ?? '';
    const gateway = await startGateway({ trustProxy: toTrustProxy('private') });
    const proxy = await startNginx(gateway.url, block.replace('http://127.0.0.1:10000', gateway.url));
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const answer = await fetch(`${proxy.url}/generate?prompt=fox&x=${'x'.repeat(50_000)}`, { headers });
    const { image_url: url } = (await answer.json()) as { image_url: string };
    assert.equal(url, `${proxy.url}/images/picture-0.png`);
    // The caller is on loopback, a trusted network, so its own entry is read too. nginx has appended another one.
    assert.equal(gateway.jobs.submissions[0]?.options.client.id, 'address:203.0.113.7');
    await proxy.close();
    await gateway.stop();
  });

  test('a proxy whose timeout is shorter than the wait budget gives up; with a longer timeout it passes the 202 on', async () => {
    const gateway = await startGateway();
    const { wait } = gateway.jobs;
    const held = Promise.withResolvers<void>();
    pending(gateway.jobs);
    gateway.jobs.wait = async (id, options) => {
      await held.promise;
      return wait(id, options);
    };
    const impatient = await startNginx(
      gateway.url,
      `location / { proxy_pass ${gateway.url}; proxy_read_timeout 300ms; }`,
    );
    assert.equal((await fetch(`${impatient.url}/generate?prompt=fox`)).status, 504);
    held.resolve();
    const answer = await fetch(`${impatient.url}/generate?prompt=fox`);
    assert.equal(answer.status, 202);
    await answer.arrayBuffer();
    await impatient.close();
    await gateway.stop();
  });
});
