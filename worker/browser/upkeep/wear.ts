import type { MemoryMeter } from '../process/memory.ts';
import { toMemoryLimits } from './memory-limits.ts';

/** Tells when a browser has done enough. */
export interface Wear {
  /** After each job; `jobs` is how many this run of the browser has done. Answers why it should be replaced, if so. */
  afterJob(jobs: number): Promise<'jobs' | 'memory' | undefined>;
  /** At the last look. */
  memoryMb(): number | undefined;
}

interface WearOptions {
  /** 0: never. */
  readonly restartAfterJobs: number;
  /** MEMORY_LIMIT_MB, of the worker with its browser. */
  readonly memoryLimitMb?: number | undefined;
  readonly meter: MemoryMeter;
}

export function createWear({ restartAfterJobs, memoryLimitMb, meter }: WearOptions): Wear {
  let memoryMb: number | undefined;
  // Where a restart frees too little, the next one is put off longer and longer: it costs more than it gives.
  let jobsBeforeNext = 1;

  async function isTooFat(jobs: number): Promise<boolean> {
    const memory = await meter();
    memoryMb = memory?.usedMb;
    if (memory === undefined || memory.usedMb <= toMemoryLimits(memory, memoryLimitMb).replaceMb) {
      jobsBeforeNext = 1;
      return false;
    }
    if (jobs < jobsBeforeNext) return false;
    jobsBeforeNext *= 2;
    return true;
  }

  return {
    memoryMb: () => memoryMb,
    afterJob: async (jobs) => {
      if (await isTooFat(jobs)) return 'memory';
      return restartAfterJobs > 0 && jobs >= restartAfterJobs ? 'jobs' : undefined;
    },
  };
}
