import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createReplacementRule } from '../../../../worker/browser/lifecycle/replacement-rule.ts';
import type { Memory } from '../../../../worker/browser/process/memory.ts';

describe('the replacement of the browser', () => {
  function createRule(memory: Memory | undefined, options: { restartAfterJobs?: number; memoryLimitMb?: number } = {}) {
    const state = { memory };
    const replacement = createReplacementRule({ restartAfterJobs: 0, ...options, meter: async () => state.memory });
    return { ...replacement, state };
  }

  test('a number of jobs, 0 for any', async () => {
    const rule = createRule(undefined, { restartAfterJobs: 3 });
    assert.deepEqual([await rule.afterJob(2), await rule.afterJob(3)], [undefined, 'jobs']);
    assert.equal(await createRule(undefined).afterJob(100_000), undefined);
  });

  test('memory over the given limit, or near the limit of the container', async () => {
    const given = createRule({ usedMb: 401, limitMb: 512 }, { memoryLimitMb: 400 });
    assert.equal(await given.afterJob(1), 'memory');
    assert.equal(given.memoryMb(), 401);
    assert.equal(await createRule({ usedMb: 385, limitMb: 512 }).afterJob(1), 'memory');
    assert.equal(await createRule({ usedMb: 384, limitMb: 512 }).afterJob(1), undefined);
    assert.equal(await createRule({ usedMb: 501 }).afterJob(1), 'memory');
    assert.equal(await createRule({ usedMb: 500 }).afterJob(1), undefined);
  });

  test('restarts that free too little become rarer, until one helps', async () => {
    const rule = createRule({ usedMb: 500 }, { memoryLimitMb: 400 });
    const due: number[] = [];
    for (let jobs = 1, total = 1; total <= 15; jobs += 1, total += 1) {
      if ((await rule.afterJob(jobs)) === undefined) continue;
      due.push(total);
      jobs = 0;
    }
    assert.deepEqual(due, [1, 3, 7, 15]);
    rule.state.memory = { usedMb: 300 };
    assert.equal(await rule.afterJob(1), undefined);
    rule.state.memory = { usedMb: 500 };
    assert.equal(await rule.afterJob(2), 'memory');
  });
});
