import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHealthCheck } from '../../../../worker/browser/lifecycle/health-check.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

describe('what is said of the health when a look takes long', () => {
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

  test('is what was known before, soon, and what the look found from then on', async () => {
    const { clock, looks, isWell } = open();
    const first = isWell();
    clock.advance(250);
    assert.equal(await first, true);
    const second = isWell();
    assert.equal(looks.length, 1, 'one look at a time');
    looks[0]?.resolve(false);
    assert.equal(await second, false);
    assert.equal(await isWell(), false, 'for a while nobody looks again');
    assert.equal(looks.length, 1);
  });

  test('is what a quick look finds', async () => {
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
