import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { until } from '../support/poll.ts';
import { type Answer, ask, askServed, assertPaintedFor, download, readWorkerState } from './ask.ts';
import { type Chain, countGenerations, startChain, waitForGeneration } from './chain.ts';
import type { Service } from './service.ts';
import { startServices } from './services.ts';

test('the gateway starts before its worker: the first request waits for it', async (context) => {
  const services = await startServices({ start: ['gateway'] });
  context.after(() => services.stop());
  const answer = ask(services.url, { prompt: 'a ford', seed: 1 });
  await until(async () => (await readWorkerState(services.url)) === 'waking', 'the gateway looks for the worker');
  await services.worker.start();
  const { status, body, text } = await answer;
  assert.equal(status, 200, text);
  assert.equal((await download(body.image_url)).length > 0, true);
});

test('no worker within the wait budget: 202, and the same request gets its picture later', async (context) => {
  const services = await startServices({ start: ['gateway'], gatewayEnv: { WAIT_BUDGET_MS: '500' } });
  context.after(() => services.stop());
  const request = { prompt: 'a ford', seed: 1 };
  const pending = await ask(services.url, request);
  assert.equal(pending.status, 202, pending.text);
  assert.ok(Number(pending.headers.get('retry-after')) <= 60);
  await services.worker.start();
  await until(async () => (await ask(services.url, request)).status === 200, 'the picture');
});

describe('SIGTERM while a picture is made', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain({ env: { CACHE_TTL_SECONDS: '0' } });
  });
  afterEach(() => chain.perchance.setMode('ok'));
  after(() => chain.stop());

  const REQUEST = { prompt: 'a windpump', seed: 9 };

  /** Sends the signal while the site hangs, and lets the site go on once the service has said that it stops. */
  async function stopDuring(service: Service): Promise<Answer> {
    const asked = countGenerations(chain) + 1;
    chain.perchance.setMode('hang');
    const answer = ask(chain.url, REQUEST);
    await waitForGeneration(chain, asked);
    const before = service.logged.length;
    const ended = service.kill('SIGTERM');
    await until(() => service.logged.slice(before).some((line) => line.includes('stopping')), 'the service stops');
    assert.equal(await isTaken(service.url), false, 'it takes no new requests');
    chain.perchance.setMode('ok');
    const [answered] = await Promise.all([answer, ended]);
    assert.equal(service.exitCode, 0);
    return answered;
  }

  async function isTaken(url: string): Promise<boolean> {
    try {
      return (await fetch(`${url}/health`)).ok;
    } catch (error) {
      assert.ok(error instanceof TypeError, String(error));
      return false;
    }
  }

  test('the worker makes it to its end, and new requests wait for the next worker', async () => {
    const answer = await stopDuring(chain.worker);
    assert.equal(answer.status, 200, answer.text);
    await assertPaintedFor(await download(answer.body.image_url), REQUEST);
    const next = ask(chain.url, { prompt: 'the next', seed: 10 });
    await chain.worker.start();
    assert.equal((await next).status, 200);
  });

  test('the gateway answers it before it ends', async () => {
    const answer = await stopDuring(chain.gateway);
    assert.equal(answer.status, 200, answer.text);
    await assertPaintedFor(await download(answer.body.image_url), REQUEST);
    await chain.gateway.start();
    await askServed(chain.url, { prompt: 'the next', seed: 11 });
  });

  test('a job that does not end in time is reported to its caller, and an accepted job runs after the next start', async () => {
    const asked = countGenerations(chain) + 1;
    chain.perchance.setMode('hang');
    const held = ask(chain.url, REQUEST);
    const accepted = await ask(chain.url, REQUEST, { headers: { prefer: 'respond-async' } });
    assert.equal(accepted.status, 202, accepted.text);
    const heldForGood = askTxt2img(chain.url);
    await waitForGeneration(chain, asked);
    const startedAt = performance.now();
    await Promise.all([chain.gateway.kill('SIGTERM'), chain.worker.kill('SIGTERM')]);
    assert.ok(performance.now() - startedAt < 30_000);
    const heldAnswer = await held;
    assert.equal(heldAnswer.status, 202, heldAnswer.text);
    const refused = await heldForGood;
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'], await refused.text());
    chain.perchance.setMode('ok');
    await Promise.all([chain.gateway.start(), chain.worker.start()]);
    for (const { body } of [heldAnswer, accepted]) {
      await until(async () => (await readJob(String(body.status_url))).status === 'done', 'the picture');
    }
    assert.equal((await askTxt2img(chain.url)).status, 200);
  });
});

/** AUTOMATIC1111's dialect can only answer with the picture or an error, so its connection is held to the end. */
const askTxt2img = (url: string): Promise<Response> =>
  fetch(`${url}/sdapi/v1/txt2img`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'a sluice', seed: 12 }),
  });

async function readJob(url: string): Promise<{ readonly status?: string }> {
  return (await (await fetch(url)).json()) as { readonly status?: string };
}
