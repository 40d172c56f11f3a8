import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnMemory } from '../../../shared/service/return-memory.ts';
import { until } from '../../support/poll.ts';

const MB = 1024 * 1024;

test('memory of large bodies is returned when a service is idle', async () => {
  returnMemory({ intervalMs: 10 });
  const before = process.memoryUsage().external;
  let bodies: Buffer[] = Array.from({ length: 8 }, () => Buffer.alloc(8 * MB));
  assert.ok(process.memoryUsage().external >= before + bodies.length * 8 * MB);
  bodies = [];
  await until(() => process.memoryUsage().external < before + 16 * MB, 'the memory of the bodies');
});

test('nothing is collected while the use grows, nor repeatedly for memory that stays in use', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let bytes = 10 * MB;
  const collect = context.mock.fn();
  returnMemory({ intervalMs: 1, externalBytes: () => bytes, collect });
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
  returnMemory({ intervalMs: 1, externalBytes: () => bytes, collect });
  bytes = 100 * MB;
  for (const _ of [1, 2, 3]) {
    context.mock.timers.tick(1);
    bytes += 10_000;
  }
  assert.equal(collect.mock.callCount(), 1);
});
