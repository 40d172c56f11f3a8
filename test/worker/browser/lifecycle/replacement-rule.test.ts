import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createReplacementRule } from '../../../../worker/browser/lifecycle/replacement-rule.ts';
import type { Memory } from '../../../../worker/browser/process/memory.ts';

describe('the replacement of the browser', () => {
  function createRule(
    memory: Memory | undefined,
    options: { restartAfterPages?: number; memoryLimitMb?: number } = {},
  ) {
    const state = { memory };
    const replacement = createReplacementRule({ restartAfterPages: 0, ...options, meter: async () => state.memory });
    return { ...replacement, state };
  }

  const after = (jobs: number, browserMb?: number) =>
    ({ jobs, pages: jobs, isBusy: false, measureMb: async () => browserMb }) as const;

  test('a number of pages, 0 for any', async () => {
    const rule = createRule(undefined, { restartAfterPages: 3 });
    const uses = [after(2), { ...after(3), pages: 2 }, after(3)];
    const reasons = await Promise.all(uses.map((use) => rule.afterJob(use)));
    assert.deepEqual(reasons, [undefined, undefined, 'pages']);
    assert.equal(await createRule(undefined).afterJob(after(100_000)), undefined);
  });

  test('memory over the given limit, or near the limit of the container', async () => {
    const given = createRule({ usedMb: 401, limitMb: 512 }, { memoryLimitMb: 400 });
    assert.equal(await given.afterJob(after(1)), 'memory');
    assert.equal(given.memoryMb(), 401);
    assert.equal(await createRule({ usedMb: 385, limitMb: 512 }).afterJob(after(1)), 'memory');
    assert.equal(await createRule({ usedMb: 384, limitMb: 512 }).afterJob(after(1)), undefined);
    assert.equal(await createRule({ usedMb: 501 }).afterJob(after(1)), 'memory');
    assert.equal(await createRule({ usedMb: 500 }).afterJob(after(1)), undefined);
  });

  test('not memory of which the browser has the smaller part', async () => {
    const rule = createRule({ usedMb: 401 }, { memoryLimitMb: 400 });
    assert.equal(await rule.afterJob(after(1, 200)), undefined);
    assert.equal(await rule.afterJob(after(1, 201)), 'memory');
  });

  test('restarts that free too little become rarer, until one helps', async () => {
    const rule = createRule({ usedMb: 500 }, { memoryLimitMb: 400 });
    const due: number[] = [];
    for (let jobs = 1, total = 1; total <= 15; jobs += 1, total += 1) {
      if ((await rule.afterJob(after(jobs))) === undefined) continue;
      due.push(total);
      jobs = 0;
    }
    assert.deepEqual(due, [1, 3, 7, 15]);
    rule.state.memory = { usedMb: 300 };
    assert.equal(await rule.afterJob(after(1)), undefined);
    rule.state.memory = { usedMb: 500 };
    assert.equal(await rule.afterJob(after(2)), 'memory');
  });
});
