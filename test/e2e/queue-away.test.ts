import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRedis } from '../support/redis-server.ts';
import { ask, askServed } from './ask.ts';
import { startCluster } from './cluster.ts';

/** The gateway waits 10 s for the queue, and a stop takes at most 30 s. The rest is for a busy machine. */
const MAX_ANSWER_MS = 20_000;
const MAX_STOP_MS = 32_000;

function testAway(): void {
  const title = 'without Redis the services stay alive, report that they cannot serve, and stop at a signal';
  test(title, async (context) => {
    const cluster = await startCluster({ gateways: 1, workers: 1 });
    context.after(() => cluster.stop());
    const services = [...cluster.gateways, ...cluster.workers];
    const url = String(cluster.gateways[0]?.url);
    await askServed(url, { prompt: 'a causeway', seed: 1 });

    await cluster.stopServer();
    const answer = await ask(url, { prompt: 'a causeway', seed: 2 });
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.text, /The queue of this service cannot be reached/);
    assert.ok(answer.tookMs < MAX_ANSWER_MS, `${answer.tookMs} ms`);
    for (const service of services) assert.ok((await fetch(`${service.url}/health`)).ok);

    const startedAt = performance.now();
    await Promise.all(services.map((service) => service.kill('SIGTERM')));
    assert.ok(performance.now() - startedAt < MAX_STOP_MS);
  });
}

withRedis(testAway);
