import type { MemoryMeter } from '../process/memory.ts';

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
  /** Of the worker with its browser; left out, a share of the container's own limit where it has one. */
  readonly memoryLimitMb?: number | undefined;
  readonly meter: MemoryMeter;
}

/** What a job still takes on top must fit above it. */
const SHARE_OF_CONTAINER = 0.85;

export function createWear({ restartAfterJobs, memoryLimitMb, meter }: WearOptions): Wear {
  let memoryMb: number | undefined;
  // Where a restart frees too little, the next one is put off longer and longer: it costs more than it gives.
  let jobsBeforeNext = 1;

  async function isTooFat(jobs: number): Promise<boolean> {
    const memory = await meter();
    memoryMb = memory?.usedMb;
    const limitMb = memoryLimitMb ?? (memory?.limitMb ?? Number.POSITIVE_INFINITY) * SHARE_OF_CONTAINER;
    if (memoryMb === undefined || memoryMb <= limitMb) {
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
