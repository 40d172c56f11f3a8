import type { Memory } from '../process/memory.ts';

/** In megabytes of memory that the kernel cannot reclaim. */
export interface MemoryLimits {
  /** Above it the browser is replaced between jobs. */
  readonly replaceMb: number;
  /** Above it the browser is killed at once, even while jobs run. */
  readonly killMb: number;
}

/** The rest is for the programs' own code. Without that room the kernel has to read the code from disk again and again. */
const REPLACE_SHARE = 0.75;
/** At the full limit the kernel kills a process itself, and may choose the worker. */
const KILL_SHARE = 0.95;
/** The limit where no container sets one. */
const USUAL_MB = 500;
/** What a job may need on top for a moment, even for a picture of 2048x2048. */
const JOB_MB = 500;

/** `limitMb`: MEMORY_LIMIT_MB. */
export function toMemoryLimits({ limitMb: containerMb }: Memory, limitMb: number | undefined): MemoryLimits {
  const replaceMb = limitMb ?? (containerMb === undefined ? USUAL_MB : containerMb * REPLACE_SHARE);
  return { replaceMb, killMb: containerMb === undefined ? replaceMb + JOB_MB : containerMb * KILL_SHARE };
}
