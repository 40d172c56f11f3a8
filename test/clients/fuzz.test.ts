import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from '../api/http/fuzz/fuzz.ts';
import { startServices } from '../e2e/services.ts';

const REQUESTS = 250;

/** Error codes that the gateway may answer when it is overloaded. */
const PROMISED = /"code":"(queue_full|engine_busy)"/;

test(`${REQUESTS} generated requests to the running services, with real pictures`, async (t) => {
  const services = await startServices({ gatewayEnv: { WAIT_BUDGET_MS: '1000' }, workerEnv: { CONCURRENCY: '2' } });
  try {
    const { faults, statuses } = await fuzz({
      url: services.url,
      seed: 5,
      requests: REQUESTS,
      limits: { maxSide: 256, maxCount: 2 },
    });
    t.diagnostic(JSON.stringify(statuses));
    assert.deepEqual(faults.slice(0, 20), []);
    assert.ok((statuses[200] ?? 0) > REQUESTS / 4);
  } catch (error) {
    for (const line of [...services.gateway.logged.slice(-5), ...services.worker.logged.slice(-15)]) t.diagnostic(line);
    throw error;
  } finally {
    await services.stop();
  }
  const failures = services.gateway.logged.filter((line) => /"status":5\d\d/.test(line));
  assert.deepEqual(
    failures.filter((line) => !PROMISED.test(line)),
    [],
  );
});
