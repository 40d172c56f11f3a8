import type { Request, Response } from 'express';
import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../../../shared/errors.ts';
import type { Caller } from './authentication.ts';

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
const LONGEST_RETRY_SECONDS = 60;

/**
 * Counts the cost of a request (pictures times megapixels; default 1), sets the standard RateLimit headers, and rejects
 * with `rate_limited` over the limit.
 */
export type RateLimit = (request: Request, response: Response, caller: Caller, cost?: number) => Promise<void>;

interface RateLimitOptions {
  /** Limit for callers whose key has no limit of its own. 0: no limit. */
  readonly perMinute: number;
  /** Counts of several gateways together. Default: counts in memory. */
  readonly redis?: Redis | undefined;
}

interface Window {
  readonly name: string;
  readonly seconds: number;
  readonly limitOf: (caller: Caller) => number;
  /** By limit, since keys may have their own. */
  readonly counters: Map<number, RateLimiterAbstract>;
}

export function createRateLimit({ perMinute, redis }: RateLimitOptions): RateLimit {
  const createWindow = (name: string, seconds: number, limitOf: Window['limitOf']): Window => {
    return { name, seconds, limitOf, counters: new Map() };
  };
  const windows = [
    createWindow('minute', MINUTE_SECONDS, (caller) => caller.key?.perMinute ?? perMinute),
    createWindow('day', DAY_SECONDS, (caller) => caller.key?.perDay ?? 0),
  ];

  function counterOf({ name, seconds, counters }: Window, points: number): RateLimiterAbstract {
    const known = counters.get(points);
    if (known !== undefined) return known;
    const options = { points, duration: seconds, keyPrefix: `easel:rate:${name}` };
    const counter =
      redis === undefined
        ? new RateLimiterMemory(options)
        : new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true });
    counters.set(points, counter);
    return counter;
  }

  async function count(window: Window, response: Response, caller: Caller, cost: number): Promise<void> {
    const limit = window.limitOf(caller);
    const counter = counterOf(window, limit);
    // A request that costs more than a whole window takes a whole window. Otherwise it could never pass.
    const points = Math.min(cost, limit);
    const setHeaders = (state: RateLimiterRes): void => writeHeaders(response, window, limit, state);
    try {
      setHeaders(await counter.consume(caller.id, points));
    } catch (state) {
      // If Redis cannot be reached, requests pass without being counted.
      if (!(state instanceof RateLimiterRes)) return;
      // A refused request does not count.
      await counter.reward(caller.id, points).then(setHeaders, () => undefined);
      throw toRateLimited(window, state, response);
    }
  }

  return async (_request, response, caller, cost = 1) => {
    for (const window of windows) if (window.limitOf(caller) > 0) await count(window, response, caller, cost);
  };
}

/** RateLimit header fields (IETF draft 8 of httpapi-ratelimit-headers), one item for each window. */
function writeHeaders(response: Response, window: Window, limit: number, state: RateLimiterRes): void {
  const { name, seconds } = window;
  const left = Math.max(0, limit - state.consumedPoints);
  setItem(response, 'RateLimit-Policy', name, `"${name}"; q=${limit}; w=${seconds}`);
  setItem(response, 'RateLimit', name, `"${name}"; r=${left}; t=${toSeconds(window, state)}`);
}

/** A request may be counted twice, before and after its body is known. The later figures replace the earlier ones. */
function setItem(response: Response, header: string, name: string, item: string): void {
  const items = String(response.getHeader(header) ?? '').split(', ');
  const others = items.filter((other) => other !== '' && !other.startsWith(`"${name}"`));
  response.setHeader(header, [...others, item].join(', '));
}

/** Seconds until the window ends. The counter uses the wall clock, which may have been set back since. */
const toSeconds = ({ seconds }: Window, { msBeforeNext }: RateLimiterRes): number =>
  Math.min(Math.max(1, Math.ceil(msBeforeNext / 1000)), seconds);

function toRateLimited(window: Window, state: RateLimiterRes, response: Response): AppError {
  const { name } = window;
  const seconds = toSeconds(window, state);
  response.setHeader('Retry-After', String(seconds));
  return new AppError('rate_limited', `over the limit of the ${name}`, {
    publicMessage: `Too many picture requests in this ${name}, by number and size. Try again in ${seconds} s.`,
    retryAfterSeconds: Math.min(seconds, LONGEST_RETRY_SECONDS),
  });
}
