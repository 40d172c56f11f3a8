import type { Clock } from '../../../shared/wait.ts';

interface EveryOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs the task again and again, with a pause before each time, until the signal aborts. Rejects as the task does. */
export async function every({ intervalMs, clock, signal }: EveryOptions, task: () => Promise<unknown>): Promise<void> {
  while (await hasPassed(clock.wait(intervalMs, signal))) await task();
}

/** A wait rejects for one reason only: its signal. */
function hasPassed(wait: Promise<void>): Promise<boolean> {
  return wait.then(
    () => true,
    () => false,
  );
}
