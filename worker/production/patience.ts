import { type AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import type { NobodyServed, PassedOver } from './fallback.ts';

/** The rule for failures that waiting cures: an engine is busy, loads its model, or rests for a while. */

/** Longest wait for an engine in a job without a deadline. */
export const LONGEST_PATIENCE_MS = 10 * 60_000;

const CURED_BY_WAITING: ReadonlySet<ErrorCode> = new Set(['engine_busy']);
/** A busy engine that does not say how long is asked again after 2, 4, 8 and 15 s, then each 15 s. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 15_000;

export interface PatientWait {
  readonly milliseconds: number;
  /** The engine that is waited for. */
  readonly name: string;
  readonly code: ErrorCode;
}

/** No engine can serve a production now, and one may after this time. Its queue takes the run back until then. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`waits for an engine for ${milliseconds} ms`);
    this.milliseconds = milliseconds;
  }
}

/**
 * How long to wait until the first engine may serve again. Undefined if none will within `remainingMs`. The job has been
 * under way for `elapsedMs`.
 */
export function planWait(
  { passedOver }: NobodyServed,
  { elapsedMs, remainingMs }: { readonly elapsedMs: number; readonly remainingMs: number },
): PatientWait | undefined {
  const waits = passedOver.filter(isCurable).map(({ name, error, restMs }): PatientWait => {
    return { name, code: error.code, milliseconds: Math.max(restMs > 0 ? restMs : pauseAfter(elapsedMs), SHORTEST_MS) };
  });
  const [soonest] = waits.toSorted((a, b) => a.milliseconds - b.milliseconds);
  return soonest !== undefined && soonest.milliseconds < remainingMs ? soonest : undefined;
}

/** Shortest wait, so that a rest that ends in a moment causes no busy loop. */
const SHORTEST_MS = 100;

/** Uses the time since the job was begun, because its queue takes it back for each wait. */
const pauseAfter = (elapsedMs: number): number => Math.min(elapsedMs + FIRST_PAUSE_MS, LONGEST_PAUSE_MS);

/**
 * Busy, or at rest after a failure that a rest can cure. A wrong key or a changed API is not cured by a rest, and a job that
 * may have been done is not done again.
 */
function isCurable({ error, isResting }: PassedOver): boolean {
  return CURED_BY_WAITING.has(error.code) || ((isResting || namesRest(error)) && isRetryable(error));
}

const namesRest = ({ details }: AppError): boolean => (details.restMs ?? 0) > 0 && details.mayBeDone !== true;
const isRetryable = ({ code }: AppError): boolean => ERRORS[code].retryable !== false;
