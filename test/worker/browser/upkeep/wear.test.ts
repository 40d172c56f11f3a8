import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Memory } from '../../../../worker/browser/process/memory.ts';
import { createWear } from '../../../../worker/browser/upkeep/wear.ts';

describe('the wear of the browser', () => {
  function createWorn(memory: Memory | undefined, options: { restartAfterJobs?: number; memoryLimitMb?: number } = {}) {
    const state = { memory };
    const wear = createWear({ restartAfterJobs: 0, ...options, meter: async () => state.memory });
    return { ...wear, state };
  }

  test('a number of jobs, 0 for any', async () => {
    const wear = createWorn(undefined, { restartAfterJobs: 3 });
    assert.deepEqual([await wear.afterJob(2), await wear.afterJob(3)], [undefined, 'jobs']);
    assert.equal(await createWorn(undefined).afterJob(100_000), undefined);
  });

  test('memory over the given limit, or near the limit of the container', async () => {
    const given = createWorn({ usedMb: 401, limitMb: 512 }, { memoryLimitMb: 400 });
    assert.equal(await given.afterJob(1), 'memory');
    assert.equal(given.memoryMb(), 401);
    assert.equal(await createWorn({ usedMb: 385, limitMb: 512 }).afterJob(1), 'memory');
    assert.equal(await createWorn({ usedMb: 384, limitMb: 512 }).afterJob(1), undefined);
    assert.equal(await createWorn({ usedMb: 501 }).afterJob(1), 'memory');
    assert.equal(await createWorn({ usedMb: 500 }).afterJob(1), undefined);
  });

  test('restarts that free too little become rarer, until one helps', async () => {
    const wear = createWorn({ usedMb: 500 }, { memoryLimitMb: 400 });
    const due: number[] = [];
    for (let jobs = 1, total = 1; total <= 15; jobs += 1, total += 1) {
      if ((await wear.afterJob(jobs)) === undefined) continue;
      due.push(total);
      jobs = 0;
    }
    assert.deepEqual(due, [1, 3, 7, 15]);
    wear.state.memory = { usedMb: 300 };
    assert.equal(await wear.afterJob(1), undefined);
    wear.state.memory = { usedMb: 500 };
    assert.equal(await wear.afterJob(2), 'memory');
  });
});
