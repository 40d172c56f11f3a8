import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Chromium } from '../process/chromium.ts';
import type { MemoryMeter } from '../process/memory.ts';
import { every } from './every.ts';
import { toMemoryLimits } from './memory-limits.ts';

interface MemoryGuardOptions {
  readonly meter: MemoryMeter;
  /** Returns what the page used in MB, or undefined if there was no large one. */
  readonly killLargestPage: () => Promise<number | undefined>;
  /** MEMORY_LIMIT_MB. */
  readonly memoryLimitMb?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Measures memory until the signal aborts. If it is too much, it kills the largest page, and if it still is half a second
 * later, the browser. Never rejects.
 */
export type WatchMemory = (chromium: Chromium, signal: AbortSignal) => Promise<void>;

/** Short, because a page can fill a gigabyte in about a second. */
const INTERVAL_MS = 500;
/** For so long after a kill, by the kernel too, it may still be taking back what the page used. */
const FREED_AFTER_MS = 400;
/** If memory is too much again within this time, that page was not the cause. */
const SAME_CAUSE_MS = 1200;

export function createMemoryGuard(options: MemoryGuardOptions): WatchMemory {
  const { meter, killLargestPage, memoryLimitMb, clock, log } = options;
  // Of any browser's page: all browsers are measured together.
  let triedAt = Number.NEGATIVE_INFINITY;

  async function look(chromium: Chromium): Promise<void> {
    const memory = await meter();
    if (memory === undefined || chromium.died.aborted) return;
    const { killMb } = toMemoryLimits(memory, memoryLimitMb);
    if (memory.usedMb <= killMb) return;
    const sinceMs = clock.elapsed() - triedAt;
    if (sinceMs < FREED_AFTER_MS) return;
    const limits = { memoryMb: memory.usedMb, limitMb: Math.round(killMb) };
    if (sinceMs > SAME_CAUSE_MS) {
      triedAt = clock.elapsed();
      const pageMb = await killLargestPage();
      // If no page is large, the kernel may have just killed one.
      if (pageMb !== undefined) log.error({ ...limits, pageMb }, 'a page uses too much memory: it is killed');
      return;
    }
    log.error(limits, 'the pages use too much memory: Chromium is killed');
    await chromium.kill();
  }

  return (chromium, signal) =>
    every({ intervalMs: INTERVAL_MS, clock, signal }, () =>
      look(chromium).catch((error: unknown) => log.warn({ err: error }, 'memory could not be measured')),
    );
}
