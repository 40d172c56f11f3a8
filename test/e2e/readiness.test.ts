import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import { until } from '../support/poll.ts';
import { startRedis, withRedis } from '../support/redis-server.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { askServed } from './ask.ts';
import { type Services, type ServicesOptions, startServices } from './services.ts';

/** Health, readiness and lists report the state of the services, and the reasons. */

interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

async function start(context: TestContext, options: ServicesOptions): Promise<Services> {
  const services = await startServices(options);
  context.after(() => services.stop());
  return services;
}

async function readJson<Body>(url: string): Promise<{ readonly status: number; readonly body: Body }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Body };
}

/** The gateway asks an unhealthy worker again every five seconds. */
async function assertNotReady(url: string, reason: string): Promise<void> {
  await until(async () => (await readJson<Readiness>(`${url}/ready`)).body.reasons.join() === reason, reason);
  const { status, body } = await readJson<Readiness>(`${url}/ready`);
  assert.deepEqual([status, body], [503, { ready: false, reasons: [reason] }]);
  const readiness = (await readJson<Readiness>(`${url}/status`)).body;
  assert.deepEqual([readiness.ready, readiness.reasons], [false, [reason]]);
  assert.equal((await fetch(`${url}/health`)).status, 200);
}

async function assertReady(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/ready`)).status === 200, 'it is ready');
  assert.deepEqual((await readJson(`${url}/ready`)).body, { ready: true, reasons: [] });
}

describe('the gateway is ready if a picture can be made, and otherwise says why not', () => {
  test('a worker that never answered, and then does', async (context) => {
    const services = await start(context, { start: ['gateway'] });
    await assertNotReady(services.url, 'The worker has not answered since the gateway started.');
    await services.worker.start();
    await assertReady(services.url);
  });

  test('a wrong token', async (context) => {
    const { url } = await start(context, { gatewayEnv: { WORKER_TOKEN: 'another-token-of-the-gateway' } });
    await assertNotReady(url, 'The worker does not accept WORKER_TOKEN, which must be the same on both services.');
  });

  test('a browser that does not start', async (context) => {
    const services = await start(context, { workerEnv: { CHROMIUM_PATH: '/bin/false' }, start: ['gateway'] });
    await services.worker.start('listening');
    const reason = 'cannot start its browser, or gets no answer from it';
    await fetch(`${services.url}/generate?prompt=a+fox`);
    await assertNotReady(services.url, `The worker ${reason}.`);
    const { status, body } = await readJson<{ status: string; problems: string[] }>(`${services.workerUrl}/health`);
    assert.deepEqual([status, body.status, body.problems], [503, 'unhealthy', [reason]]);
  });

  test('data directories that can no longer be written to', async (context) => {
    const services = await start(context, {});
    await removeDirectory(services.dataDirectory);
    await writeFile(services.dataDirectory, 'a file in its place');
    const worker = 'The worker cannot write to its DATA_DIR.';
    await until(async () => (await fetch(`${services.workerUrl}/health`)).status === 503, 'the worker is unhealthy');
    const { body } = await readJson<Readiness>(`${services.url}/ready`);
    assert.deepEqual(body.reasons, [worker, 'The gateway cannot write to its DATA_DIR.']);
    await rm(services.dataDirectory);
    await mkdir(services.dataDirectory);
    await assertReady(services.url);
  });

  withRedis(() => {
    test('a queue without workers, and a Redis that is away', async (context) => {
      const redis = await startRedis();
      const env = { REDIS_URL: redis.url };
      try {
        const services = await start(context, { env, gatewayEnv: { WORKER_URL: '' }, start: ['gateway'] });
        await assertNotReady(services.url, 'No worker serves the queue.');
        await services.worker.start();
        await assertReady(services.url);
        await redis.close();
        await assertNotReady(services.url, 'Redis cannot be reached.');
        // Killed, because a stop would wait for Redis.
        await Promise.all([services.gateway.kill('SIGKILL'), services.worker.kill('SIGKILL')]);
      } finally {
        await redis.close();
      }
    });
  });

  test('a worker that was healthy is not asked again, because it may sleep', async (context) => {
    const services = await start(context, {});
    await assertReady(services.url);
    await services.worker.kill('SIGKILL');
    await assertReady(services.url);
  });
});

describe('the engines are listed from the start', () => {
  const LISTS = ['/v1/models', '/sdapi/v1/sd-models', '/models'];

  async function assertListed({ url }: Services): Promise<void> {
    for (const path of LISTS) assert.match(await (await fetch(`${url}${path}`)).text(), /"sketch"/, path);
  }

  test('asked of the worker when none is known', async (context) => {
    await assertListed(await start(context, {}));
  });

  test('remembered if the worker cannot be asked', async (context) => {
    const services = await start(context, {});
    await askServed(services.url, { prompt: 'a fox', seed: 1 });
    await until(async () => (await (await fetch(`${services.url}/models`)).text()).includes('sketch'), 'the list');
    await Promise.all([services.gateway.kill('SIGTERM'), services.worker.kill('SIGTERM')]);
    await services.gateway.start();
    await assertListed(services);
  });

  test('a worker that does not answer delays the list by a second, and the list shows what is known', async (context) => {
    const services = await start(context, { start: ['gateway'] });
    const startedAt = performance.now();
    assert.equal((await fetch(`${services.url}/v1/models`)).status, 200);
    assert.ok(performance.now() - startedAt < 3000);
  });
});
