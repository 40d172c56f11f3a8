import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Chromium } from '../process/chromium.ts';
import type { MemoryMeter } from '../process/memory.ts';
import { every } from './every.ts';
import { toMemoryLimits } from './memory-limits.ts';

interface MemoryGuardOptions {
  readonly meter: MemoryMeter;
  /** MEMORY_LIMIT_MB. */
  readonly memoryLimitMb?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Measures memory until the signal aborts, and kills the browser if it uses too much. Never rejects. */
export type WatchMemory = (chromium: Chromium, signal: AbortSignal) => Promise<void>;

/** Short, because a page can fill a gigabyte in about a second. */
const INTERVAL_MS = 500;

export function createMemoryGuard({ meter, memoryLimitMb, clock, log }: MemoryGuardOptions): WatchMemory {
  async function look(chromium: Chromium): Promise<void> {
    const memory = await meter();
    if (memory === undefined || chromium.died.aborted) return;
    const { killMb } = toMemoryLimits(memory, memoryLimitMb);
    if (memory.usedMb <= killMb) return;
    log.error(
      { memoryMb: memory.usedMb, limitMb: Math.round(killMb) },
      'a page uses too much memory: Chromium is killed',
    );
    await chromium.kill();
  }

  return (chromium, signal) =>
    every({ intervalMs: INTERVAL_MS, clock, signal }, () =>
      look(chromium).catch((error: unknown) => log.warn({ err: error }, 'memory could not be measured')),
    );
}
