import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../shared/errors.ts';
import { until } from '../support/poll.ts';
import { createFakeEngine, paintAll } from '../worker/fake-engine.ts';
import { startInProcess } from './in-process.ts';

/** Short enough for a test, long enough that the job is seen while it waits. */
const REST_MS = 200;

async function submit(url: string, body: object): Promise<string> {
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 202);
  const { status_url } = (await response.json()) as { readonly status_url: string };
  return new URL(status_url, url).href;
}

async function look(statusUrl: string): Promise<Record<string, unknown>> {
  return (await (await fetch(statusUrl)).json()) as Record<string, unknown>;
}

test('a job for a busy engine waits at the gateway as a stage, and lets others pass', async (context) => {
  let isBusy = true;
  const busy = createFakeEngine('busy', async (request) => {
    if (isBusy) throw new AppError('engine_busy', 'pretends to load', { restMs: REST_MS });
    return paintAll(request);
  });
  const system = await startInProcess(() => ({ engines: [busy, createFakeEngine('free')], patienceMs: 60_000 }));
  context.after(system.close);

  const patient = await submit(system.url, { prompt: 'a heron', engine: 'busy' });
  await until(async () => (await look(patient)).stage === 'waiting', 'the stage of a job that waits for its engine');
  const passing = await submit(system.url, { prompt: 'a heron', engine: 'free' });
  await until(async () => (await look(passing)).status === 'done', 'the job of the free engine');
  assert.notEqual((await look(patient)).status, 'failed');

  isBusy = false;
  await until(async () => (await look(patient)).status === 'done', 'the job of the engine that was busy');
});
