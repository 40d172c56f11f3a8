import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { until } from '../support/poll.ts';
import { ask, askServed, download, readWorkerState } from './ask.ts';
import { type Services, startServices } from './services.ts';
import { createSleepingHost, type SleepingHost } from './sleeping-host.ts';

const REQUEST = { prompt: 'a hill fort', seed: 40 };

interface Deployment extends Services {
  readonly host: SleepingHost;
}

/** A gateway whose worker is behind a host that sleeps. */
async function deploy(context: TestContext, waitBudgetMs: number): Promise<Deployment> {
  const host = await createSleepingHost(() => services.workerUrl);
  const gatewayEnv = { WORKER_URL: host.url, WAIT_BUDGET_MS: String(waitBudgetMs) };
  const services = await startServices({ gatewayEnv });
  context.after(async () => {
    await services.stop();
    await host.sleep();
  });
  return { ...services, host };
}

/** Wakes the host once a connection of the gateway was refused. */
async function wakeAfterRefusal({ url, host }: Deployment): Promise<void> {
  await until(async () => (await readWorkerState(url)) === 'waking', 'the gateway to look for its worker');
  await host.wake();
}

describe('a host that refuses, then answers 502, then 503, then serves', () => {
  test('with a longer wait budget: the one request gets its picture', async (context) => {
    const deployment = await deploy(context, 60_000);
    const answer = ask(deployment.url, REQUEST);
    await wakeAfterRefusal(deployment);
    const { status, body, text, headers } = await answer;
    assert.equal(status, 200, text);
    assert.ok((await download(body.image_url)).length > 0);
    assert.match(String(headers.get('server-timing')), /wake;dur=\d+/);
    assert.equal(await readWorkerState(deployment.url), 'ready');
  });

  test('with a shorter wait budget: 202 reports the state, and the same request gets its picture later', async (context) => {
    const deployment = await deploy(context, 500);
    const pending = await ask(deployment.url, REQUEST);
    assert.equal(pending.status, 202, pending.text);
    const seconds = Number(pending.headers.get('retry-after'));
    assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${pending.headers.get('retry-after')}`);
    assert.equal(new URL(String(pending.body.status_url)).pathname, pending.headers.get('location'));
    await wakeAfterRefusal(deployment);
    await until(async () => (await ask(deployment.url, REQUEST)).status === 200, 'the picture');
    const { body } = await askServed(deployment.url, REQUEST);
    assert.ok((await download(body.image_url)).length > 0);
  });

  test('requests that need no worker wake none: pages, health, a wrong request, a remembered picture', async (context) => {
    const { url, host } = await deploy(context, 60_000);
    await host.wake();
    const look = async (): Promise<void> => {
      for (const path of ['/', '/health', '/docs', '/openapi.json', '/generate', '/nowhere']) await fetch(url + path);
    };
    await look();
    assert.equal(host.visits(), 0);
    await askServed(url, REQUEST);
    const visits = host.visits();
    await look();
    assert.equal((await askServed(url, REQUEST)).body.cached, true);
    assert.equal(host.visits(), visits);
  });
});
