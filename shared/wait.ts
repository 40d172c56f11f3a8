import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from './errors.ts';

/** Handed in everywhere, so that tests control the time. */
export interface Clock {
  /**
   * Epoch milliseconds, for what is stored, shown to people or compared with another machine's time. It jumps forward and
   * back when a machine's clock is set right, so no duration is measured with it.
   */
  now(): number;
  /** Whole milliseconds since some moment of this process, for durations and deadlines. It never jumps and never goes back. */
  elapsed(): number;
  /** Resolves after that many milliseconds; rejects with the signal's reason when it aborts. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Math.floor(performance.now()),
  wait: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

/** Resolves after that many milliseconds, or as soon as the signal aborts. */
export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.wait(milliseconds, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface RepeatOptions {
  /** From the end of one call of the task to the next call. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when the task fails; the next call follows as usual. */
  readonly onFailure: (error: unknown) => void;
}

/** Runs `task` at once and then again after each interval, until the signal aborts. */
export async function repeat(task: () => Promise<void>, options: RepeatOptions): Promise<void> {
  const { intervalMs, clock, signal, onFailure } = options;
  while (!signal.aborted) {
    await task().catch((error: unknown) => {
      if (!signal.aborted) onFailure(error);
    });
    await pause(clock, intervalMs, signal);
  }
}

/**
 * Runs `task` with a signal that also aborts after `timeoutMs`. If the task fails after that, the error has `code`,
 * whatever the task threw. If the outer signal aborted, the error is that signal's reason, or `cancelled`.
 */
export async function withDeadline<T>(
  options: { timeoutMs: number; signal: AbortSignal; code: ErrorCode; what: string },
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  try {
    return await task(AbortSignal.any([options.signal, deadline]));
  } catch (error) {
    if (options.signal.aborted) throw toAbortError(options.signal);
    if (!deadline.aborted) throw error;
    throw new AppError(options.code, `${options.what}: no answer in ${options.timeoutMs} ms`, { cause: error });
  }
}

/** An aborted signal's reason as our error: its own AppError, else `cancelled`. */
export function toAbortError(signal: AbortSignal): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('cancelled', 'aborted by its signal', { cause: signal.reason });
}
