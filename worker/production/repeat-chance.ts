import { AppError, type ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../../shared/wait.ts';

/** The rule for failures that may be chance: the same engine is asked once more before the next one. */

/** A proxy's page in place of JSON, an HTTP 500, a broken picture: the next call may succeed. */
const MAY_BE_CHANCE: ReadonlySet<ErrorCode> = new Set(['engine_failed', 'engine_changed']);
const PAUSE_MS = 1000;
/** After a failure that took longer than this, the next engine is asked, so that the caller does not wait too long. */
const LONGEST_FIRST_TRY_MS = 15_000;

/** Not repeated: what is certain to fail again, what the caller caused, what may cost twice, and what asked for a rest. */
export function mayBeChance({ code, details }: AppError): boolean {
  const { evidence, mayBeDone = false, restMs = 0 } = details;
  return MAY_BE_CHANCE.has(code) && evidence === undefined && !mayBeDone && !(restMs > 0);
}

interface RepeatOptions {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  readonly clock: Clock;
  /** Default: one second. */
  readonly pauseMs?: number | undefined;
}

/** Runs the task, and runs it once more after a failure that may be chance. */
export async function repeatChance<T>(task: () => Promise<T>, options: RepeatOptions): Promise<T> {
  const { signal, remainingMs, clock, pauseMs = PAUSE_MS } = options;
  const startedAt = clock.elapsed();
  try {
    return await task();
  } catch (error) {
    const tookMs = clock.elapsed() - startedAt;
    const isInTime = tookMs <= LONGEST_FIRST_TRY_MS && tookMs + pauseMs < remainingMs();
    if (signal.aborted || !(error instanceof AppError) || !mayBeChance(error) || !isInTime) throw error;
  }
  await clock.wait(pauseMs, signal);
  return task();
}
