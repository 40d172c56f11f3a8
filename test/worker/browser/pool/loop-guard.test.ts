import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { AppError } from '../../../../shared/errors.ts';
import { createLoopGuard } from '../../../../worker/browser/pool/loop-guard.ts';
import { createTestClock } from '../support.ts';

/** A task on a page that never answers, in a browser whose pages use the processor as `use` says. */
function createSilentPage(t: TestContext, use: (seconds: number) => number) {
  const clock = createTestClock();
  const startedAt = clock.elapsed();
  const listRenderers = async () => {
    const processorMs = use((clock.elapsed() - startedAt) / 1000) * 1000;
    return [{ pid: 7, parent: 1, group: 1, startTicks: '1', processorMs }];
  };
  const page = { evaluate: () => new Promise(() => undefined), url: () => 'https://example.test/' };
  const left = new AbortController();
  t.after(() => left.abort());
  const guardLoops = createLoopGuard({ clock, listRenderers });
  const outcome: { error?: unknown } = {};
  const task = () => new Promise<never>(() => undefined);
  guardLoops(page as unknown as Page, left.signal, task).catch((error: unknown) => {
    outcome.error = error;
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1000);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { outcome, pass };
}

describe('a page that does not answer', () => {
  test('is ended when it has used the processor for seconds', async (t) => {
    const { outcome, pass } = createSilentPage(t, (seconds) => seconds);
    await pass(10);
    assert.ok(outcome.error instanceof AppError, String(outcome.error));
    assert.equal(outcome.error.code, 'engine_failed');
  });

  test('stays while it only waits', async (t) => {
    const { outcome, pass } = createSilentPage(t, () => 100);
    await pass(600);
    assert.equal(outcome.error, undefined);
  });

  test('has ten times as long on a tenth of a core', async (t) => {
    const { outcome, pass } = createSilentPage(t, (seconds) => seconds / 10);
    await pass(40);
    assert.ok(!('error' in outcome));
    await pass(10);
    assert.ok(outcome.error instanceof AppError, String(outcome.error));
  });
});
