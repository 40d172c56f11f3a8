import type { Request, Response } from 'express';
import { type Options, rateLimit, type Store } from 'express-rate-limit';
import { AppError } from '../../../shared/errors.ts';
import type { Caller } from './authentication.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LONGEST_RETRY_SECONDS = 60;

/** Counts one picture request, sets the standard RateLimit headers, and rejects with `rate_limited` over the limit. */
export type RateLimit = (request: Request, response: Response, caller: Caller) => Promise<void>;

/** Counts that all gateways share. */
export interface RateStores {
  /** One window's. */
  readonly create: (name: string) => Store;
  readonly close: () => Promise<void>;
}

interface RateLimitOptions {
  /** For callers whose key has no limit of its own; 0: no limit. */
  readonly perMinute: number;
  /** A shared store for several gateways, by name of the window; left out: memory. */
  readonly createStore?: RateStores['create'] | undefined;
}

export function createRateLimit({ perMinute, createStore }: RateLimitOptions): RateLimit {
  const callers = new WeakMap<Request, Caller>();
  const callerOf = (request: Request): Caller => callers.get(request) ?? { id: 'unknown' };
  const createWindow = (name: string, windowMs: number, limitOf: (caller: Caller) => number): RateLimit => {
    const count = rateLimit({
      windowMs,
      identifier: name,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      limit: (request) => limitOf(callerOf(request)),
      keyGenerator: (request) => callerOf(request).id,
      handler: (_request, response, next) => next(toRateLimited(name, response)),
      ...(createStore && { store: createStore(name) }),
      // A store that is away must not turn every request into an error.
      passOnStoreError: true,
    } satisfies Partial<Options>);
    return async (request, response, caller) => {
      // Rather than by the library's `skip`, which is asked late: to count nothing took a thirtieth of a remembered answer.
      if (limitOf(caller) === 0) return;
      callers.set(request, caller);
      await new Promise<void>((resolve, reject) => {
        const next = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
        Promise.resolve(count(request, response, next)).catch(reject);
      });
    };
  };
  const windows = [
    createWindow('minute', MINUTE_MS, (caller) => caller.key?.perMinute ?? perMinute),
    createWindow('day', DAY_MS, (caller) => caller.key?.perDay ?? 0),
  ];
  return async (request, response, caller) => {
    for (const count of windows) await count(request, response, caller);
  };
}

function toRateLimited(name: string, response: Response): AppError {
  const seconds = Number(response.getHeader('Retry-After') ?? LONGEST_RETRY_SECONDS);
  return new AppError('rate_limited', `over the limit of the ${name}`, {
    publicMessage: `Too many picture requests this ${name}. The next one is welcome in ${seconds} s.`,
    retryAfterSeconds: Math.min(seconds, LONGEST_RETRY_SECONDS),
  });
}
