import type { Clock } from '../../../shared/wait.ts';

interface EveryOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits and runs the task, again and again until the signal aborts. Rejects if the task does. */
export async function every({ intervalMs, clock, signal }: EveryOptions, task: () => Promise<unknown>): Promise<void> {
  while (await hasPassed(clock.wait(intervalMs, signal))) await task();
}

/** A wait rejects only when its signal aborts. */
function hasPassed(wait: Promise<void>): Promise<boolean> {
  return wait.then(
    () => true,
    () => false,
  );
}
