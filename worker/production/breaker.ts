import type { EngineStatus } from '../../shared/contract/wire.ts';
import type { AppError, ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../../shared/wait.ts';

/** So many failures in a row open it. */
const MAX_CONSECUTIVE = 3;
/** Or this part of the last calls, once there were enough of them. */
const MAX_FAILURE_RATE = 0.5;
const MIN_CALLS = 10;
const RECENT_CALLS = 20;
const FIRST_REST_MS = 15_000;
const LONGEST_REST_MS = 15 * 60_000;

/** Nothing that another call would change: a person has to act. The rest when the service names none. */
const HOPELESS_REST_MS = 5 * 60_000;
const HOPELESS: ReadonlySet<ErrorCode> = new Set(['engine_challenge', 'engine_unauthorized', 'engine_changed']);

/** Leave to make one call; exactly one of its three ends is told. */
export interface Pass {
  succeed(): void;
  fail(error: AppError): void;
  /** The call said nothing about the service: it was cancelled, or the caller's own wish was refused. */
  leave(): void;
}

export interface Rest {
  readonly restRemainingMs: number;
  readonly lastError: AppError;
}

export interface Breaker {
  /** A pass, or how long the service still rests. After a rest one call is let through as a trial. */
  enter(): Pass | Rest;
  status(): Omit<EngineStatus, 'name' | 'quotaRemaining'>;
}

export const isRest = (answer: Pass | Rest): answer is Rest => 'restRemainingMs' in answer;

/** Leaves a service alone that fails, for as long as it says, else for ever longer times. */
export function createBreaker({ now }: Pick<Clock, 'now'>): Breaker {
  let outcomes: boolean[] = [];
  let durationsMs: number[] = [];
  let consecutive = 0;
  let nextRestMs = FIRST_REST_MS;
  let rest: { untilMs: number; lastError: AppError } | undefined;
  let lastErrorCode: ErrorCode | undefined;
  let isTrying = false;

  function note(isSuccess: boolean): void {
    outcomes = [...outcomes, isSuccess].slice(-RECENT_CALLS);
    consecutive = isSuccess ? 0 : consecutive + 1;
  }

  function hasFailedTooOften(): boolean {
    const failures = outcomes.filter((isSuccess) => !isSuccess).length;
    const isRateHigh = outcomes.length >= MIN_CALLS && failures / outcomes.length >= MAX_FAILURE_RATE;
    return consecutive >= MAX_CONSECUTIVE || isRateHigh;
  }

  function close(): void {
    rest = undefined;
    nextRestMs = FIRST_REST_MS;
    // What was before the rest shall not open it again at the first hiccup.
    outcomes = [];
  }

  /** What the service says, else a guess; undefined: it may be asked on. */
  function restAfter(error: AppError, isTrial: boolean): number | undefined {
    const { restMs = 0 } = error.details;
    if (restMs > 0) return restMs;
    if (HOPELESS.has(error.code)) return HOPELESS_REST_MS;
    // A call that began before the rest says nothing new.
    if (!isTrial && (rest !== undefined || !hasFailedTooOften())) return undefined;
    const guessMs = nextRestMs;
    nextRestMs = Math.min(nextRestMs * 2, LONGEST_REST_MS);
    return guessMs;
  }

  function open(error: AppError, restMs: number): void {
    const untilMs = now() + restMs;
    if (rest === undefined || untilMs > rest.untilMs) rest = { untilMs, lastError: error };
  }

  function createPass(isTrial: boolean): Pass {
    const startedAt = now();
    const endTrial = (): void => {
      if (isTrial) isTrying = false;
    };
    return {
      succeed() {
        endTrial();
        if (isTrial) close();
        note(true);
        durationsMs = [...durationsMs, now() - startedAt].slice(-RECENT_CALLS);
      },
      fail(error) {
        endTrial();
        note(false);
        lastErrorCode = error.code;
        const restMs = restAfter(error, isTrial);
        if (restMs !== undefined) open(error, restMs);
      },
      leave: endTrial,
    };
  }

  return {
    enter() {
      if (rest === undefined) return createPass(false);
      const restRemainingMs = rest.untilMs - now();
      if (restRemainingMs > 0 || isTrying)
        return { restRemainingMs: Math.max(0, restRemainingMs), lastError: rest.lastError };
      isTrying = true;
      return createPass(true);
    },
    status() {
      const restRemainingMs = Math.max(0, (rest?.untilMs ?? 0) - now());
      return {
        state: rest === undefined ? 'ready' : restRemainingMs > 0 ? 'resting' : 'trying',
        lastErrorCode,
        restRemainingMs: restRemainingMs > 0 ? restRemainingMs : undefined,
        successRate: outcomes.length === 0 ? undefined : outcomes.filter(Boolean).length / outcomes.length,
        medianMs: durationsMs.toSorted((a, b) => a - b)[Math.floor(durationsMs.length / 2)],
      };
    },
  };
}
