import type { MemoryMeter } from '../process/memory.ts';
import { toMemoryLimits } from './memory-limits.ts';

/** Decides when the browser should be replaced. */
export interface ReplacementRule {
  /** Call it after each job. Returns why the browser should be replaced, or undefined. */
  afterJob(use: BrowserUse): Promise<'pages' | 'memory' | undefined>;
  /** As last measured. */
  memoryMb(): number | undefined;
}

export interface BrowserUse {
  /** Number of jobs that it has done. */
  readonly jobs: number;
  /** Number of pages on which it has done them: one page may serve several jobs. */
  readonly pages: number;
  /** Other jobs are in work in it. */
  readonly isBusy: boolean;
  /** Memory of its processes. Undefined if the system does not report it. */
  measureMb(): Promise<number | undefined>;
}

interface ReplacementOptions {
  /** 0: never. */
  readonly restartAfterPages: number;
  /** MEMORY_LIMIT_MB, of the worker with its browser. */
  readonly memoryLimitMb?: number | undefined;
  readonly meter: MemoryMeter;
}

/** If the browser has less of the memory, a picture's conversion has the rest, and a fresh browser frees little. */
const BROWSER_SHARE = 0.5;

export function createReplacementRule({
  restartAfterPages,
  memoryLimitMb,
  meter,
}: ReplacementOptions): ReplacementRule {
  let memoryMb: number | undefined;
  // If a restart frees too little, the next one is delayed by twice as many jobs, since restarts cost time.
  let jobsBeforeNext = 1;

  async function usesTooMuchMemory({ jobs, isBusy, measureMb }: BrowserUse): Promise<boolean> {
    const memory = await meter();
    memoryMb = memory?.usedMb;
    if (memory === undefined || memory.usedMb <= toMemoryLimits(memory, memoryLimitMb).replaceMb) {
      jobsBeforeNext = 1;
      return false;
    }
    // What a job in work uses is no growth. It would go on in the old browser, beside the new one.
    if (isBusy || jobs < jobsBeforeNext) return false;
    const browserMb = await measureMb();
    if (browserMb !== undefined && browserMb < memory.usedMb * BROWSER_SHARE) return false;
    jobsBeforeNext *= 2;
    return true;
  }

  return {
    memoryMb: () => memoryMb,
    afterJob: async (use) => {
      if (await usesTooMuchMemory(use)) return 'memory';
      return restartAfterPages > 0 && use.pages >= restartAfterPages ? 'pages' : undefined;
    },
  };
}
