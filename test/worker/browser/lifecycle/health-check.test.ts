import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHealthCheck } from '../../../../worker/browser/lifecycle/health-check.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

describe('the health of the browser when a check is slow', () => {
  function open() {
    const clock = createManualClock();
    const looks: PromiseWithResolvers<boolean>[] = [];
    const isWell = createHealthCheck({
      clock,
      examine: () => {
        const look = Promise.withResolvers<boolean>();
        looks.push(look);
        return look.promise;
      },
    });
    return { clock, looks, isWell };
  }

  test('is the last result at first, and the result of the check afterwards', async () => {
    const { clock, looks, isWell } = open();
    const first = isWell();
    clock.advance(250);
    assert.equal(await first, true);
    const second = isWell();
    assert.equal(looks.length, 1, 'one check at a time');
    looks[0]?.resolve(false);
    assert.equal(await second, false);
    assert.equal(await isWell(), false, 'no new check for a while');
    assert.equal(looks.length, 1);
  });

  test('is the result of a quick check', async () => {
    const { clock, looks, isWell } = open();
    const ill = isWell();
    looks[0]?.resolve(false);
    assert.equal(await ill, false);
    clock.advance(2000);
    const well = isWell();
    looks[1]?.resolve(true);
    assert.equal(await well, true);
  });
});
