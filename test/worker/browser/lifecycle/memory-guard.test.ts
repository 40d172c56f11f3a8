import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLog } from '../../../../shared/service/log.ts';
import { createMemoryGuard } from '../../../../worker/browser/lifecycle/memory-guard.ts';
import type { Chromium } from '../../../../worker/browser/process/chromium.ts';
import { createTestClock } from '../support.ts';

interface Guarded {
  /** What was killed, in order. */
  readonly killed: string[];
  setMemory(usedMb: number): void;
  /** Begins to watch a browser. */
  watch(name: string): void;
  advance(milliseconds: number): Promise<void>;
}

function createGuarded(t: TestContext, pageMb: number | undefined): Guarded {
  const clock = createTestClock();
  const stopping = new AbortController();
  t.after(() => stopping.abort());
  const killed: string[] = [];
  let usedMb = 2000;
  const watch = createMemoryGuard({
    meter: async () => ({ usedMb }),
    killLargestPage: async () => {
      if (pageMb !== undefined) killed.push('page');
      return pageMb;
    },
    memoryLimitMb: 400,
    clock,
    log: createLog({ service: 'test', level: 'silent' }),
  });
  return {
    killed,
    setMemory: (megabytes) => {
      usedMb = megabytes;
    },
    watch: (name) => {
      const browser = { died: new AbortController().signal, kill: async () => void killed.push(name) };
      void watch(browser as unknown as Chromium, stopping.signal);
    },
    advance: async (milliseconds) => {
      clock.advance(milliseconds);
      // Lets the looks of this moment end.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('without a large page, the browser is killed only if memory is too much at the next look too', async (t) => {
  const { killed, setMemory, watch, advance } = createGuarded(t, undefined);
  watch('browser');
  await advance(500);
  setMemory(300);
  await advance(500);
  assert.deepEqual(killed, []);
  setMemory(2000);
  await advance(5000);
  assert.deepEqual(killed, []);
  await advance(500);
  assert.deepEqual(killed, ['browser']);
});

test('two browsers that see the same memory pass the limit kill one page, and wait until its memory is free', async (t) => {
  const { killed, setMemory, watch, advance } = createGuarded(t, 1500);
  watch('old browser');
  await advance(100);
  watch('new browser');
  await advance(400);
  assert.deepEqual(killed, ['page']);
  await advance(100);
  assert.deepEqual(killed, ['page'], 'the kernel may not have freed it yet');
  setMemory(300);
  await advance(400);
  await advance(5000);
  setMemory(2000);
  await advance(500);
  assert.deepEqual(killed, ['page', 'page'], 'another page, later');
});
