import { type AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import type { NobodyServed, PassedOver } from './fallback.ts';

/** The one rule for failures that waiting cures: an engine that is busy, loads, or rests for a while. */

/** A job whose caller names no deadline waits at most this long for an engine. */
export const LONGEST_PATIENCE_MS = 10 * 60_000;

const CURED_BY_WAITING: ReadonlySet<ErrorCode> = new Set(['engine_busy']);
/** For an engine that is busy and does not say how long; longer each time, up to the last. */
const PAUSES_MS = [2000, 4000, 8000, 15_000];

export interface PatientWait {
  readonly milliseconds: number;
  /** The engine that is waited for. */
  readonly name: string;
  readonly code: ErrorCode;
}

/**
 * How long to wait before everyone is asked again: until the first one may serve. Undefined when nobody will within
 * `remainingMs`. `round` counts the waits of this job from 0.
 */
export function planWait(
  { passedOver }: NobodyServed,
  { round, remainingMs }: { readonly round: number; readonly remainingMs: number },
): PatientWait | undefined {
  const waits = passedOver.filter(isCurable).map(({ name, error, restMs }): PatientWait => {
    return { name, code: error.code, milliseconds: Math.max(restMs > 0 ? restMs : pauseOf(round), SHORTEST_MS) };
  });
  const [soonest] = waits.toSorted((a, b) => a.milliseconds - b.milliseconds);
  return soonest !== undefined && soonest.milliseconds < remainingMs ? soonest : undefined;
}

/** An end of a rest that is a moment away must not become a loop without a pause. */
const SHORTEST_MS = 100;

const pauseOf = (round: number): number => PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? SHORTEST_MS;

/** Busy now; or at rest after something that a rest may cure, which a wrong key or a changed service is not. */
function isCurable({ error, isResting }: PassedOver): boolean {
  return CURED_BY_WAITING.has(error.code) || ((isResting || hasNamedARest(error)) && isRetryable(error));
}

const hasNamedARest = ({ details }: AppError): boolean => (details.restMs ?? 0) > 0;
const isRetryable = ({ code }: AppError): boolean => ERRORS[code].retryable !== false;
