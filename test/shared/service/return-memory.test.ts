import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnMemory } from '../../../shared/service/return-memory.ts';
import { until } from '../../support/poll.ts';

const MB = 1024 * 1024;

test('what a busy service no longer needs is returned to the system when it rests', async () => {
  let looks = 0;
  const usedBytes = (): number => {
    looks += 1;
    return process.memoryUsage.rss();
  };
  returnMemory({ intervalMs: 10, usedBytes });
  await until(() => looks > 0, 'the first rest');
  const before = process.memoryUsage.rss();
  const hoard = Array.from({ length: 64 }, () => new Array<number>(MB / 8).fill(0.5));
  assert.ok(process.memoryUsage.rss() > before + 16 * MB);
  hoard.length = 0;
  await until(() => process.memoryUsage.rss() < before + 16 * MB, 'the memory of the arrays');
});

test('nothing is collected during work, and in rests at growing pauses, unless the process has grown', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let bytes = 10 * MB;
  let isResting = true;
  const collect = context.mock.fn();
  returnMemory({ intervalMs: 1, usedBytes: () => bytes, isResting: () => isResting, collect });
  const look = (times: number): number => {
    for (let time = 0; time < times; time += 1) context.mock.timers.tick(1);
    return collect.mock.callCount();
  };
  assert.equal(look(1), 0, 'the first rest');
  [isResting, bytes] = [false, 100 * MB];
  assert.equal(look(3), 0, 'in work');
  isResting = true;
  assert.equal(look(4), 1, 'what is left may be in use');
  assert.equal(look(1), 2, 'or may not be any more');
  assert.equal(look(15), 2);
  assert.equal(look(1), 3);
  bytes = 105 * MB;
  assert.equal(look(3), 3, 'not worth while');
  bytes = 110 * MB;
  assert.equal(look(3), 4, 'it has grown');
  bytes = 50 * MB;
  look(1);
  bytes = 60 * MB;
  assert.equal(look(3), 5, 'it has grown again');
  bytes = 17 * MB;
  assert.equal(look(1000), 5, 'as little as after the start');
});
