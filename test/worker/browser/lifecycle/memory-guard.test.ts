import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../../shared/service/log.ts';
import { createMemoryGuard } from '../../../../worker/browser/lifecycle/memory-guard.ts';
import type { Chromium } from '../../../../worker/browser/process/chromium.ts';
import { createTestClock } from '../support.ts';

test('two browsers that see the same memory pass the limit kill one page, and wait until its memory is free', async (t) => {
  const clock = createTestClock();
  const stopping = new AbortController();
  t.after(() => stopping.abort());
  const killed: string[] = [];
  let usedMb = 2000;
  const watch = createMemoryGuard({
    meter: async () => ({ usedMb }),
    killLargestPage: async () => {
      killed.push('page');
      return 1500;
    },
    memoryLimitMb: 400,
    clock,
    log: createLog({ service: 'test', level: 'silent' }),
  });
  const toBrowser = (name: string) =>
    ({ died: new AbortController().signal, kill: async () => void killed.push(name) }) as unknown as Chromium;
  /** Lets the looks of this moment end. */
  const advance = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
  };

  void watch(toBrowser('old browser'), stopping.signal);
  await advance(100);
  void watch(toBrowser('new browser'), stopping.signal);
  await advance(400);
  assert.deepEqual(killed, ['page']);
  await advance(100);
  assert.deepEqual(killed, ['page'], 'the kernel may not have freed it yet');
  usedMb = 300;
  await advance(400);
  await advance(5000);
  usedMb = 2000;
  await advance(500);
  assert.deepEqual(killed, ['page', 'page'], 'another page, later');
});
