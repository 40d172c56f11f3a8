import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenaiStandIn } from '../stand-ins/openai/openai-stand-in.ts';
import { until } from '../support/poll.ts';
import { withRedis } from '../support/redis-server.ts';
import { askServed } from './ask.ts';
import { startCluster } from './cluster.ts';

/** Longer than a picture of the other engine takes on a busy machine, shorter than the test. */
const REST_SECONDS = 12;
const MAX_ANSWER_MS = 10_000;

function testPatience(): void {
  test('a job that waits for its engine leaves its worker to others, also on a shared queue', async (context) => {
    const openai = await createOpenaiStandIn('localai');
    context.after(() => openai.close());
    const cluster = await startCluster({
      ...{ gateways: 1, workers: 1 },
      workerEnv: { ENGINES: 'openai,sketch', OPENAI_BASE_URL: `${openai.url}/v1`, CONCURRENCY: '1' },
    });
    context.after(() => cluster.stop());
    const url = String(cluster.gateways[0]?.url);
    await askServed(url, { prompt: 'a heron', seed: 1, engine: 'sketch' });

    openai.interfere(() => ({ status: 429, headers: { 'retry-after': String(REST_SECONDS) } }));
    const submitted = await fetch(`${url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a patient heron', engine: 'openai', width: 256, height: 256 }),
    });
    const { status_url } = (await submitted.json()) as { readonly status_url: string };
    const look = async () => (await (await fetch(new URL(status_url, url))).json()) as Record<string, unknown>;
    await until(async () => (await look()).stage === 'waiting', 'the stage of a job that waits for its engine');
    openai.mend();
    const { tookMs } = await askServed(url, { prompt: 'a heron', seed: 2, engine: 'sketch' });
    assert.ok(tookMs < MAX_ANSWER_MS, `${tookMs} ms`);
    assert.notEqual((await look()).status, 'done', 'the other one still waits');
    await until(async () => (await look()).status === 'done', 'the picture of the patient job');
  });
}

withRedis(testPatience);
