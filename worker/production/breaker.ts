import type { EngineStatus } from '../../shared/contract/wire.ts';
import type { AppError, ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../../shared/wait.ts';
import { createCallHistory } from './call-history.ts';

const FIRST_REST_MS = 15_000;
const LONGEST_GUESS_MS = 15 * 60_000;
/** An upstream may ask for a longer rest (`Retry-After` of a thousand years), but it is tried again after this time. */
const LONGEST_REST_MS = 60 * 60_000;

/** The rest after a failure that only a person can mend, if the upstream names none. */
const HOPELESS_REST_MS = 5 * 60_000;
const HOPELESS: ReadonlySet<ErrorCode> = new Set(['engine_challenge', 'engine_unauthorized']);

/** Permission to make one call. Report its end by exactly one of the three methods. */
export interface Pass {
  succeed(): void;
  fail(error: AppError): void;
  /** The call proves nothing about the upstream: it was cancelled, or the caller's own request was refused. */
  leave(): void;
}

export interface Rest {
  readonly restRemainingMs: number;
  readonly lastError: AppError;
}

export interface Breaker {
  /** A pass, or how long the engine or store still rests. After a rest one call is let through as a trial. */
  enter(): Pass | Rest;
  /** Starts a rest without a failed call, because the upstream is known to be unreachable. */
  rest(error: AppError, milliseconds: number): void;
  status(): Omit<EngineStatus, 'name' | 'quotaRemaining' | 'quotaResetsAt' | 'sendsPromptsTo'>;
}

export const isRest = (answer: Pass | Rest): answer is Rest => 'restRemainingMs' in answer;

/**
 * Lets a failing engine or store rest: as long as the upstream asks, else longer after each failure. `engine_changed`
 * may be chance (a proxy's page in place of JSON), so it opens the breaker only when a later call meets it again, or when
 * its evidence is `sure`.
 */
export function createBreaker({ elapsed }: Pick<Clock, 'elapsed'>): Breaker {
  const history = createCallHistory();
  let nextRestMs = FIRST_REST_MS;
  let rest: { untilMs: number; lastError: AppError } | undefined;
  let lastErrorCode: ErrorCode | undefined;
  let isTrying = false;
  /** The last call that ended met `engine_changed`, which may have been chance. */
  let isSuspected = false;

  function close(): void {
    rest = undefined;
    nextRestMs = FIRST_REST_MS;
    // Otherwise the failures before the rest would open the breaker again at the first new one.
    history.clear();
  }

  function isHopeless({ code, details }: AppError, wasSuspected: boolean): boolean {
    if (code !== 'engine_changed') return HOPELESS.has(code);
    isSuspected = true;
    return details.evidence === 'sure' || wasSuspected;
  }

  /** The rest that the upstream names, else a guess. Undefined if no rest is needed. */
  function restAfter(error: AppError, isTrial: boolean, wasSuspected: boolean): number | undefined {
    const isWithoutHope = isHopeless(error, wasSuspected);
    const { restMs = 0 } = error.details;
    if (restMs > 0) return restMs;
    if (isWithoutHope) return HOPELESS_REST_MS;
    // A call that started before the rest proves nothing new.
    if (!isTrial && (rest !== undefined || !history.hasFailedTooOften())) return undefined;
    const guessMs = nextRestMs;
    nextRestMs = Math.min(nextRestMs * 2, LONGEST_GUESS_MS);
    return guessMs;
  }

  function open(error: AppError, restMs: number): void {
    const untilMs = elapsed() + Math.min(restMs, LONGEST_REST_MS);
    if (rest === undefined || untilMs > rest.untilMs) rest = { untilMs, lastError: error };
  }

  function createPass(isTrial: boolean): Pass {
    const startedAt = elapsed();
    // Calls that were under way together may have met the same incident. Only a later call can confirm it.
    const wasSuspected = isSuspected;
    const endTrial = (): void => {
      if (isTrial) isTrying = false;
    };
    return {
      succeed() {
        endTrial();
        if (isTrial) close();
        isSuspected = false;
        history.addSuccess(elapsed() - startedAt);
      },
      fail(error) {
        endTrial();
        history.addFailure();
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
      const restRemainingMs = rest.untilMs - elapsed();
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
      const restRemainingMs = Math.max(0, (rest?.untilMs ?? 0) - elapsed());
      return {
        state: rest === undefined ? 'ready' : restRemainingMs > 0 ? 'resting' : 'trying',
        lastErrorCode,
        restRemainingMs: restRemainingMs > 0 ? restRemainingMs : undefined,
        successRate: history.successRate(),
        medianMs: history.medianMs(),
      };
    },
  };
}
