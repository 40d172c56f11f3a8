import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHealthCheck } from '../../../../worker/browser/lifecycle/health-check.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

describe('the health of the browser when a check is slow', () => {
  function open() {
    const clock = createManualClock();
    const checks: PromiseWithResolvers<boolean>[] = [];
    const isHealthy = createHealthCheck({
      clock,
      examine: () => {
        const check = Promise.withResolvers<boolean>();
        checks.push(check);
        return check.promise;
      },
    });
    return { clock, checks, isHealthy };
  }

  test('is the last result at first, and the result of the check afterwards', async () => {
    const { clock, checks, isHealthy } = open();
    const first = isHealthy();
    clock.advance(250);
    assert.equal(await first, true);
    const second = isHealthy();
    assert.equal(checks.length, 1, 'one check at a time');
    checks[0]?.resolve(false);
    assert.equal(await second, false);
    assert.equal(await isHealthy(), false, 'no new check for a while');
    assert.equal(checks.length, 1);
  });

  test('is the result of a quick check', async () => {
    const { clock, checks, isHealthy } = open();
    const unhealthy = isHealthy();
    checks[0]?.resolve(false);
    assert.equal(await unhealthy, false);
    clock.advance(2000);
    const healthy = isHealthy();
    checks[1]?.resolve(true);
    assert.equal(await healthy, true);
  });
});
