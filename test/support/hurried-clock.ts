import { type Clock, systemClock } from '../../shared/wait.ts';

/** The most that any wait takes here: hardly anything, yet it is a real wait that obeys its signal. */
const LONGEST_WAIT_MS = 2;

/** A clock for plug-ins that poll: every wait is cut short, and the lengths that were asked for are kept. */
export function createHurriedClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: systemClock.now,
    wait(milliseconds, signal) {
      waits.push(milliseconds);
      return systemClock.wait(Math.min(milliseconds, LONGEST_WAIT_MS), signal);
    },
  };
}
