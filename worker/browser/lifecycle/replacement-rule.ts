import type { MemoryMeter } from '../process/memory.ts';
import { toMemoryLimits } from './memory-limits.ts';

/** Decides when the browser should be replaced. */
export interface ReplacementRule {
  /**
   * Call it after each job. `jobs`: how many this browser has done. `isBusy`: others are in work in it. Returns why it should
   * be replaced, or undefined.
   */
  afterJob(jobs: number, isBusy?: boolean): Promise<'jobs' | 'memory' | undefined>;
  /** As last measured. */
  memoryMb(): number | undefined;
}

interface ReplacementOptions {
  /** 0: never. */
  readonly restartAfterJobs: number;
  /** MEMORY_LIMIT_MB, of the worker with its browser. */
  readonly memoryLimitMb?: number | undefined;
  readonly meter: MemoryMeter;
}

export function createReplacementRule({ restartAfterJobs, memoryLimitMb, meter }: ReplacementOptions): ReplacementRule {
  let memoryMb: number | undefined;
  // If a restart frees too little, the next one is delayed by twice as many jobs, since restarts cost time.
  let jobsBeforeNext = 1;

  async function usesTooMuchMemory(jobs: number, isBusy: boolean): Promise<boolean> {
    const memory = await meter();
    memoryMb = memory?.usedMb;
    if (memory === undefined || memory.usedMb <= toMemoryLimits(memory, memoryLimitMb).replaceMb) {
      jobsBeforeNext = 1;
      return false;
    }
    // What a job in work uses is no growth. It would go on in the old browser, beside the new one.
    if (isBusy || jobs < jobsBeforeNext) return false;
    jobsBeforeNext *= 2;
    return true;
  }

  return {
    memoryMb: () => memoryMb,
    afterJob: async (jobs, isBusy = false) => {
      if (await usesTooMuchMemory(jobs, isBusy)) return 'memory';
      return restartAfterJobs > 0 && jobs >= restartAfterJobs ? 'jobs' : undefined;
    },
  };
}
