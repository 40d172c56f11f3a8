import type { EngineStatus } from '../../shared/contract/wire.ts';
import type { AppError, ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../../shared/wait.ts';

/** This many failures in a row open it. */
const MAX_CONSECUTIVE = 3;
/** Or this share of the last calls, once there were enough of them. */
const MAX_FAILURE_RATE = 0.5;
const MIN_CALLS = 10;
const RECENT_CALLS = 20;
const FIRST_REST_MS = 15_000;
const LONGEST_GUESS_MS = 15 * 60_000;
/** A service may ask for more (`Retry-After` of a thousand years), but it is tried again after this time. */
const LONGEST_REST_MS = 60 * 60_000;

/** A person has to act, so another call changes nothing. This is the rest when the service names none. */
const HOPELESS_REST_MS = 5 * 60_000;
const HOPELESS: ReadonlySet<ErrorCode> = new Set(['engine_challenge', 'engine_unauthorized']);

/** Permission to make one call. The caller tells exactly one of its three ends. */
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
  /** Leaves the service alone for so long although no call has failed: it is known to be out of reach. */
  rest(error: AppError, milliseconds: number): void;
  status(): Omit<EngineStatus, 'name' | 'quotaRemaining' | 'sendsPromptsTo'>;
}

export const isRest = (answer: Pass | Rest): answer is Rest => 'restRemainingMs' in answer;

/**
 * Leaves a failing service alone: for as long as it asks, else longer after each failure. `engine_changed` may be
 * chance (one page of a proxy in place of JSON), so it counts only when a later call meets it again, or when its
 * evidence is `sure`.
 */
export function createBreaker({ now }: Pick<Clock, 'now'>): Breaker {
  let outcomes: boolean[] = [];
  let durationsMs: number[] = [];
  let consecutive = 0;
  let nextRestMs = FIRST_REST_MS;
  let rest: { untilMs: number; lastError: AppError } | undefined;
  let lastErrorCode: ErrorCode | undefined;
  let isTrying = false;
  /** The last call that ended met `engine_changed`, which may have been chance. */
  let isSuspected = false;

  function note(isSuccess: boolean): void {
    outcomes = [...outcomes, isSuccess].slice(-RECENT_CALLS);
    consecutive = isSuccess ? 0 : consecutive + 1;
    if (isSuccess) isSuspected = false;
  }

  function hasFailedTooOften(): boolean {
    const failures = outcomes.filter((isSuccess) => !isSuccess).length;
    const isRateHigh = outcomes.length >= MIN_CALLS && failures / outcomes.length >= MAX_FAILURE_RATE;
    return consecutive >= MAX_CONSECUTIVE || isRateHigh;
  }

  function close(): void {
    rest = undefined;
    nextRestMs = FIRST_REST_MS;
    // Otherwise failures from before the rest would open it again at the first hiccup.
    outcomes = [];
  }

  function isHopeless({ code, details }: AppError, wasSuspected: boolean): boolean {
    if (code !== 'engine_changed') return HOPELESS.has(code);
    isSuspected = true;
    return details.evidence === 'sure' || wasSuspected;
  }

  /** What the service says, else a guess; undefined: it may still be asked. */
  function restAfter(error: AppError, isTrial: boolean, wasSuspected: boolean): number | undefined {
    const isWithoutHope = isHopeless(error, wasSuspected);
    const { restMs = 0 } = error.details;
    if (restMs > 0) return restMs;
    if (isWithoutHope) return HOPELESS_REST_MS;
    // A call that began before the rest says nothing new.
    if (!isTrial && (rest !== undefined || !hasFailedTooOften())) return undefined;
    const guessMs = nextRestMs;
    nextRestMs = Math.min(nextRestMs * 2, LONGEST_GUESS_MS);
    return guessMs;
  }

  function open(error: AppError, restMs: number): void {
    const untilMs = now() + Math.min(restMs, LONGEST_REST_MS);
    if (rest === undefined || untilMs > rest.untilMs) rest = { untilMs, lastError: error };
  }

  function createPass(isTrial: boolean): Pass {
    const startedAt = now();
    // A call that was already under way may have met the same incident: only a later one sees it again.
    const wasSuspected = isSuspected;
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
        const restMs = restAfter(error, isTrial, wasSuspected);
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
    rest(error, milliseconds) {
      lastErrorCode = error.code;
      open(error, milliseconds);
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
