import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnMemory } from '../../../shared/service/return-memory.ts';
import { until } from '../../support/poll.ts';

const MB = 1024 * 1024;

test('what a busy service no longer needs is returned to the system when it rests', async () => {
  const before = process.memoryUsage.rss();
  const hoard = Array.from({ length: 64 }, () => new Array<number>(MB / 8).fill(0.5));
  returnMemory({ intervalMs: 10 });
  assert.ok(process.memoryUsage.rss() > before + 48 * MB);
  hoard.length = 0;
  // More work, after which the service rests.
  const more = Array.from({ length: 32 }, () => Buffer.alloc(MB, 1));
  await until(() => process.memoryUsage.rss() < before + (more.length + 16) * MB, 'the memory of the arrays');
});

test('nothing is collected while the use grows, nor repeatedly for memory that stays in use', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let bytes = 10 * MB;
  const collect = context.mock.fn();
  returnMemory({ intervalMs: 1, usedBytes: () => bytes, collect });
  for (const next of [20, 60, 100]) {
    bytes = next * MB;
    context.mock.timers.tick(1);
  }
  assert.equal(collect.mock.callCount(), 0);
  for (const _ of [1, 2, 3]) context.mock.timers.tick(1);
  assert.equal(collect.mock.callCount(), 1, 'once, and then it is known to be in use');
});

test('a service that only answers probes is at rest', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let bytes = 10 * MB;
  const collect = context.mock.fn(() => {
    bytes = 10 * MB;
  });
  returnMemory({ intervalMs: 1, usedBytes: () => bytes, collect });
  bytes = 100 * MB;
  for (const _ of [1, 2, 3]) {
    context.mock.timers.tick(1);
    bytes += 10_000;
  }
  assert.equal(collect.mock.callCount(), 1);
});
