import type { Memory } from '../process/memory.ts';

/** In megabytes of what the kernel cannot take back. */
export interface MemoryLimits {
  /** Above it the browser is replaced between jobs. */
  readonly replaceMb: number;
  /** Above it the browser is ended at once, whatever runs. */
  readonly killMb: number;
}

/** The rest is for the programs' own code, which the kernel reads again and again where it has no room to keep it. */
const REPLACE_SHARE = 0.75;
/** The kernel kills at the whole, and may choose the worker. */
const KILL_SHARE = 0.95;
/** Where no container sets a limit. */
const USUAL_MB = 500;
/** Beyond it, what a job may need for a moment, a picture of 2048x2048 included. */
const JOB_MB = 500;

/** `limitMb`: MEMORY_LIMIT_MB. */
export function toMemoryLimits({ limitMb: containerMb }: Memory, limitMb: number | undefined): MemoryLimits {
  const replaceMb = limitMb ?? (containerMb === undefined ? USUAL_MB : containerMb * REPLACE_SHARE);
  return { replaceMb, killMb: containerMb === undefined ? replaceMb + JOB_MB : containerMb * KILL_SHARE };
}
