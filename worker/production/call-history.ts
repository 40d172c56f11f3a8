/** This many failures in a row are too many. */
const MAX_CONSECUTIVE = 3;
/** This share of failures among the last calls is too much, once there were MIN_CALLS of them. */
const MAX_FAILURE_RATE = 0.5;
const MIN_CALLS = 10;
const RECENT_CALLS = 20;

/** The last calls of an upstream: how many failed, and how long the others took. */
export interface CallHistory {
  addSuccess(durationMs: number): void;
  addFailure(): void;
  hasFailedTooOften(): boolean;
  /** Forgets failures and successes, but not how long calls took. */
  clear(): void;
  /** 0 to 1. Undefined before the first call. */
  successRate(): number | undefined;
  /** Median of the successful calls. */
  medianMs(): number | undefined;
}

export function createCallHistory(): CallHistory {
  let outcomes: boolean[] = [];
  let durationsMs: number[] = [];
  let consecutiveFailures = 0;
  const countSuccesses = (): number => outcomes.filter(Boolean).length;
  return {
    addSuccess: (durationMs) => {
      outcomes = [...outcomes, true].slice(-RECENT_CALLS);
      durationsMs = [...durationsMs, durationMs].slice(-RECENT_CALLS);
      consecutiveFailures = 0;
    },
    addFailure: () => {
      outcomes = [...outcomes, false].slice(-RECENT_CALLS);
      consecutiveFailures += 1;
    },
    hasFailedTooOften: () => {
      const failureRate = (outcomes.length - countSuccesses()) / outcomes.length;
      const isRateHigh = outcomes.length >= MIN_CALLS && failureRate >= MAX_FAILURE_RATE;
      return consecutiveFailures >= MAX_CONSECUTIVE || isRateHigh;
    },
    clear: () => {
      outcomes = [];
    },
    successRate: () => (outcomes.length === 0 ? undefined : countSuccesses() / outcomes.length),
    medianMs: () => durationsMs.toSorted((a, b) => a - b)[Math.floor(durationsMs.length / 2)],
  };
}
