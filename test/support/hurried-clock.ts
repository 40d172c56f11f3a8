import { type Clock, systemClock } from '../../shared/wait.ts';

/** Longest time that a wait takes. It is a real wait that obeys its signal. */
const LONGEST_WAIT_MS = 2;

/** A clock for plug-ins that poll. Every wait is shortened, and the requested lengths are recorded. */
export function createHurriedClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: systemClock.now,
    elapsed: systemClock.elapsed,
    wait(milliseconds, signal) {
      waits.push(milliseconds);
      return systemClock.wait(Math.min(milliseconds, LONGEST_WAIT_MS), signal);
    },
  };
}
