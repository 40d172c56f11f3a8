import type { Clock } from '../../shared/wait.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Clients ignore longer times. */
const MAX_RETRY_AFTER_SECONDS = 60;
/** Upper limit for the rest that an upstream asks for, because no timer supports a thousand years. */
const LONGEST_REST_MS = 60 * 60_000;

/**
 * How long an upstream asks to be left alone, in milliseconds: `retry-after-ms`, `Retry-After` (RFC 9110: seconds or a
 * date), `RateLimit` once nothing is left (IETF draft, as Hugging Face sends it: `"api";r=0;t=120`), or OpenAI's
 * `x-ratelimit-reset-requests` (`1m30s`).
 */
export function readRestMs(headers: Headers, now: number): number | undefined {
  const milliseconds = toNumber(headers['retry-after-ms']);
  if (milliseconds !== undefined) return milliseconds;
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined) return readRetryAfter(retryAfter, now);
  if (readRemaining(headers) !== 0) return undefined;
  return readResetMs(headers);
}

/** Milliseconds until the upstream's present window ends. */
function readResetMs(headers: Headers): number | undefined {
  const reset = toNumber(readField(headers.ratelimit, 't'));
  return reset === undefined ? readDuration(headers['x-ratelimit-reset-requests']) : reset * 1000;
}

/** Requests left in the upstream's present window. */
function readRemaining(headers: Headers): number | undefined {
  return toNumber(readField(headers.ratelimit, 'r')) ?? toNumber(headers['x-ratelimit-remaining-requests']);
}

/** What an engine knows of the window in which its upstream counts requests. */
export interface RateWindow {
  /** Learns from the headers of any answer; those without a count change nothing. */
  read(headers: Headers): void;
  quotaRemaining(): number | undefined;
  quotaResetsAt(): number | undefined;
}

export function createRateWindow({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>): RateWindow {
  let remaining: number | undefined;
  /** By the clock's `elapsed`. */
  let resetsAt: number | undefined;
  return {
    read(headers) {
      const left = readRemaining(headers);
      if (left === undefined) return;
      const resetMs = readResetMs(headers);
      remaining = left;
      resetsAt = resetMs === undefined ? undefined : elapsed() + resetMs;
    },
    quotaRemaining: () => remaining,
    quotaResetsAt: () => (resetsAt !== undefined && resetsAt > elapsed() ? now() + resetsAt - elapsed() : undefined),
  };
}

/** The two details of an error that name a pause: for the breaker (at most an hour) and for clients (at most a minute). */
export function toPause(namedMs: number | undefined): { restMs?: number; retryAfterSeconds?: number } {
  if (namedMs === undefined || Number.isNaN(namedMs) || namedMs < 0) return {};
  const restMs = Math.min(namedMs, LONGEST_REST_MS);
  return { restMs, retryAfterSeconds: Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(restMs / 1000))) };
}

function readRetryAfter(value: string, now: number): number | undefined {
  const seconds = toNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  // V8 would parse `-5` as a date.
  const date = /^[A-Z][a-z]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const readField = (header: string | undefined, name: 'r' | 't'): string | undefined =>
  new RegExp(`;\\s*${name}\\s*=\\s*(\\d+)`).exec(header ?? '')?.[1];

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function readDuration(value = ''): number | undefined {
  const parts = [...value.matchAll(/(?<![\d.])(\d{1,12}(?:\.\d{1,12})?)(ms|h|m|s)/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (UNIT_MS[unit] ?? 0), 0);
}

function toNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}
