import { json, type Request, type Response } from 'express';
import { AppError, invalidRequest } from '../../../shared/errors.ts';
import type { BodyBudget, BodyLease } from './body-budget.ts';
import { isTooDeep, MAX_JSON_LEVELS } from './json-depth.ts';

/** Limit for a whole body. The largest one takes this long at two megabits a second. */
const WHOLE_MS = 60_000;
/** Longest pause between two bytes. */
const SILENCE_MS = 10_000;
const RETRY_SECONDS = 5;
/** How long the sender of a refused body may continue. If it were cut off at once, it could not read the answer. */
const LINGER_MS = 5000;

/** Parses JSON into `request.body`. Release the lease when the body is no longer needed. */
export type ReadBody = (request: Request, response: Response, callerId: string) => Promise<BodyLease>;

/** Runs within the route, so that a fault of the body is answered in the dialect's own shape, and a stranger's body is not read. */
export function createBodyReader(budget: BodyBudget, limit: number): ReadBody {
  const tooDeep = new WeakSet<object>();
  const parse = json({
    ...{ limit, strict: false, reviver: keepLongSeed },
    verify: (request, _response, text) => {
      if (isTooDeep(text)) tooDeep.add(request);
    },
  });

  return async (request, response, callerId) => {
    if (!hasBody(request)) return NO_LEASE;
    const lease = budget.open(callerId);
    const watch = watchBody(request, lease, limit);
    try {
      const parsed = new Promise<void>((resolve, reject) => {
        parse(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
      });
      await Promise.race([parsed, watch.failed]);
      if (tooDeep.has(request)) throw nestsTooDeep();
      return lease;
    } catch (error) {
      lease.release();
      discard(request);
      // The parser may have overflowed the stack. It then only says that this is not JSON.
      throw tooDeep.has(request) ? nestsTooDeep() : error;
    } finally {
      watch.end();
    }
  };
}

/** For routes that ignore the body. */
export const passBodyBy: ReadBody = async (request) => {
  if (hasBody(request)) discard(request);
  return NO_LEASE;
};

const NO_LEASE: BodyLease = { take: () => undefined, release: () => undefined };

/**
 * A double rounds whole numbers beyond 2^53: the seed would change, and an error would name a number that did not come.
 * Such a seed is kept as text.
 */
function keepLongSeed(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = key === 'seed' && typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return isRounded ? (context?.source ?? value) : value;
}

export const hasBody = ({ headers }: Pick<Request, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

const nestsTooDeep = (): AppError =>
  invalidRequest([{ field: 'body', message: `The body nests deeper than ${MAX_JSON_LEVELS} levels.` }]);

interface Watch {
  /** Rejects if the body is too large, too slow, or over the budget. */
  readonly failed: Promise<never>;
  end(): void;
}

function watchBody(request: Request, lease: BodyLease, limit: number): Watch {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  const whole = setTimeout(() => reject(toLate()), WHOLE_MS);
  const silence = setTimeout(() => reject(toLate()), SILENCE_MS);
  let received = 0;
  const take = (bytes: number): void => {
    const exceeded = lease.take(bytes);
    if (exceeded !== undefined) reject(toRefusal(exceeded));
  };
  const isCompressed = (request.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity';
  // A few compressed bytes may become as many as the route allows.
  if (isCompressed) take(limit);
  const onChunk = (chunk: Buffer): void => {
    silence.refresh();
    received += chunk.length;
    if (received > limit) reject(toTooLarge(limit));
    else if (!isCompressed) take(chunk.length);
  };
  // Express would read the whole body before it refuses it.
  if (Number(request.get('content-length') ?? 0) > limit) reject(toTooLarge(limit));
  request.on('data', onChunk);
  return {
    failed,
    end: () => {
      clearTimeout(whole);
      clearTimeout(silence);
      request.off('data', onChunk);
    },
  };
}

/** Drops the rest of the body for a while, so that the sender can read the answer. */
function discard(request: Request): void {
  request.unpipe();
  request.removeAllListeners('data');
  request.resume();
  const cut = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(cut));
  request.once('end', () => clearTimeout(cut));
  if (request.complete) clearTimeout(cut);
}

const toTooLarge = (limit: number): AppError =>
  new AppError('payload_too_large', 'the body is too large', {
    publicMessage: `The body is too large: at most ${limit.toLocaleString('en')} bytes are allowed here.`,
  });

function toRefusal(exceeded: 'all' | 'caller'): AppError {
  const retryAfterSeconds = RETRY_SECONDS;
  if (exceeded === 'caller') {
    const publicMessage = 'You are sending too many large requests at once. Send them one after the other.';
    return new AppError('rate_limited', 'the bodies of one caller', { publicMessage, retryAfterSeconds });
  }
  const publicMessage = 'The service is receiving too many large requests at once. Try again soon.';
  return new AppError('queue_full', 'the bodies of all callers', { publicMessage, retryAfterSeconds });
}

function toLate(): AppError {
  const allowed = `within ${WHOLE_MS / 1000} s, and without a pause of ${SILENCE_MS / 1000} s`;
  return invalidRequest([{ field: 'body', message: `The body must arrive ${allowed}.` }]);
}
