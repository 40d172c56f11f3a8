import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../../e2e/cluster.ts';
import { removeDirectory } from '../../support/remove-directory.ts';
import { caddyWith, nginxWith } from '../snippets.ts';

/** Starts Redis, two gateways and two workers behind nginx and Caddy, and expects pictures of both workers through each. */
export async function checkCluster(say: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-cluster-'));
  const cluster = await startCluster({ gateways: 2, workers: 2, gatewayEnv: { TRUST_PROXY: 'private' } });
  try {
    const [first, second] = cluster.gateways;
    assert.ok(first && second);
    const nginx = await nginxWith('deploy/nginx/easel.conf')(first.url, folder);
    const caddy = await caddyWith('easel')(second.url, folder);
    for (const [name, proxy] of Object.entries({ nginx, caddy })) {
      const asked = ['fox', 'owl', 'hare', 'newt'].map((prompt) => paint(proxy.url, prompt));
      await Promise.all(asked);
      say(`four pictures through ${name}`);
      await proxy.close();
    }
    for (const worker of cluster.workers) {
      assert.ok(
        worker.logged.some((line) => line.includes('"msg":"produced"')),
        'both workers made pictures',
      );
    }
  } finally {
    await cluster.stop();
    await removeDirectory(folder);
  }
}

async function paint(url: string, prompt: string): Promise<void> {
  const answer = (await (await fetch(`${url}/generate?prompt=${prompt}&width=256&height=256`)).json()) as {
    readonly image_url: string;
  };
  assert.ok(answer.image_url.startsWith(`${url}/images/`), answer.image_url);
  const picture = await fetch(answer.image_url);
  assert.equal(picture.headers.get('content-type'), 'image/png');
  await picture.arrayBuffer();
}
