import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAllDone, assertAllEnded, handInAndKill } from './crash.ts';
import { startServices } from './services.ts';

const PLAN = { jobs: 300, kills: 20, seed: 20_260_101 };

test('300 jobs on one gateway and its worker, each killed again and again', async (context) => {
  const services = await startServices({
    gatewayEnv: { MAX_WAITING: '1000' },
    workerEnv: { CONCURRENCY: '2', MAX_WAITING: '1000' },
  });
  context.after(() => services.stop());
  const { gateway, worker, dataDirectory } = services;
  const accepted = await handInAndKill({ gateways: [gateway], workers: [worker] }, PLAN);
  assert.equal(accepted.length, PLAN.jobs);

  const ended = await assertAllEnded([gateway], accepted);
  assertAllDone(ended, PLAN.jobs);
  const stored = (await readdir(join(dataDirectory, 'images'))).filter((name) => name.endsWith('.png'));
  assert.deepEqual(stored.toSorted(), ended.done.toSorted(), 'none was stored twice');
});
