import { AppError, type Attempt, type ErrorCode, toAppError } from '../../shared/errors.ts';
import { toAbortError } from '../../shared/wait.ts';
import { type Breaker, isRest } from './breaker.ts';
import type { Outcome } from './observer.ts';

/** An engine or a store that may serve, with its breaker. */
export interface Candidate {
  readonly name: string;
  readonly breaker: Breaker;
  /** Resolves once it is known whether the upstream can be reached. Missing: there is none to reach. */
  readonly known?: (() => Promise<void>) | undefined;
}

/** A candidate that did not serve: it failed now, or it rests after an earlier failure. */
export interface PassedOver {
  readonly name: string;
  readonly error: AppError;
  readonly isResting: boolean;
  /** Milliseconds until it may be asked again; 0 for at once. */
  readonly restMs: number;
}

export interface Served<C extends Candidate, Value> {
  readonly candidate: C;
  readonly value: Value;
  readonly passedOver: readonly PassedOver[];
}

export class NobodyServed extends Error {
  override readonly name = 'NobodyServed';
  readonly passedOver: readonly PassedOver[];

  constructor(passedOver: readonly PassedOver[]) {
    super(
      `nobody served: ${passedOver.map(({ name, error }) => `${name}: ${error.code}: ${error.message}`).join('; ')}`,
    );
    this.passedOver = passedOver;
  }
}

/** The request itself is at fault or cancelled, so no other candidate is asked. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['prompt_refused', 'invalid_request', 'unauthorized', 'cancelled']);

interface FallbackOptions<C extends Candidate> {
  readonly signal: AbortSignal;
  /** Whether the failure proves nothing about the candidate, for instance because the caller's own key was wrong. */
  readonly isBlameless?: (candidate: C, error: AppError) => boolean;
  /** Called before every call of a candidate. The returned function gets the outcome. */
  readonly onCall: (candidate: C) => (outcome: Outcome) => void;
}

/** Asks the candidates in order until one serves. Throws an error of FINAL unchanged, else NobodyServed. */
export async function firstToServe<C extends Candidate, Value>(
  candidates: readonly C[],
  serve: (candidate: C, passedOver: readonly PassedOver[]) => Promise<Value>,
  { signal, isBlameless = () => false, onCall }: FallbackOptions<C>,
): Promise<Served<C, Value>> {
  const passedOver: PassedOver[] = [];
  for (const candidate of candidates) {
    const { name, breaker } = candidate;
    await candidate.known?.();
    const pass = breaker.enter();
    if (isRest(pass)) {
      passedOver.push({ name, error: pass.lastError, isResting: true, restMs: pass.restRemainingMs });
      continue;
    }
    const reportOutcome = onCall(candidate);
    try {
      const value = await serve(candidate, [...passedOver]);
      pass.succeed();
      reportOutcome('done');
      return { candidate, value, passedOver };
    } catch (thrown) {
      const error = signal.aborted ? toAbortError(signal) : classify(thrown);
      reportOutcome(error.code);
      if (signal.aborted || FINAL.has(error.code)) {
        pass.leave();
        throw withAttempts(error, toAttempts(passedOver));
      }
      if (error.details.evidence === 'none' || isBlameless(candidate, error)) pass.leave();
      else pass.fail(error);
      const restMs = breaker.status().restRemainingMs ?? error.details.restMs ?? 0;
      passedOver.push({ name, error, isResting: false, restMs });
    }
  }
  throw new NobodyServed(passedOver);
}

/** The job was not cancelled here, so `cancelled` from a candidate is a failure of the candidate. */
function classify(thrown: unknown): AppError {
  const error = toAppError(thrown);
  return error.code === 'cancelled'
    ? new AppError('internal', 'it gave up without being cancelled', { cause: thrown })
    : error;
}

/** The candidates that were asked, without those that rest. */
const toAttempts = (passedOver: readonly PassedOver[]): Attempt[] =>
  passedOver.filter(({ isResting }) => !isResting).map(({ name, error }) => ({ engine: name, code: error.code }));

export function withAttempts(error: AppError, attempts: readonly Attempt[]): AppError {
  if (attempts.length === 0) return error;
  return new AppError(error.code, error.message, { ...error.details, attempts, cause: error });
}

/** Most useful for a client first: try again, come back later, ask the operator. */
const MOST_INFORMATIVE: readonly ErrorCode[] = [
  'engine_busy',
  'engine_timeout',
  'engine_failed',
  'engine_challenge',
  'engine_unauthorized',
  'engine_changed',
];
const MAX_RETRY_AFTER_SECONDS = 60;

/** One error for all candidates: the most useful one, with the shortest time after which one of them may serve. */
export function toEngineError({ passedOver, message }: NobodyServed): AppError {
  const rank = ({ error }: PassedOver): number => {
    const place = MOST_INFORMATIVE.indexOf(error.code);
    return place === -1 ? MOST_INFORMATIVE.length : place;
  };
  const [best] = passedOver.toSorted((a, b) => rank(a) - rank(b));
  if (best === undefined) return new AppError('engine_failed', message);
  const { code, details } = best.error;
  return new AppError(code, message, {
    ...details,
    retryAfterSeconds: toRetryAfter(passedOver),
    attempts: toAttempts(passedOver),
    cause: best.error,
  });
}

export function toRetryAfter(passedOver: readonly PassedOver[]): number | undefined {
  const soonestMs = Math.min(...passedOver.map(({ restMs }) => restMs));
  if (!Number.isFinite(soonestMs) || soonestMs === 0) return undefined;
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(soonestMs / 1000)));
}
