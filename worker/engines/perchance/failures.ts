import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { CHALLENGE, RESTS_MS, UNREACHABLE } from './site.ts';

/** The errors of this engine. `step` says where in the visit it happened; it never holds a prompt, key or address. */

const MAX_RETRY_AFTER_SECONDS = 60;

export function challenged(step: string): AppError {
  return new AppError('engine_challenge', `perchance: ${step}: the site asks for a human check`, {
    restMs: RESTS_MS.challenge,
  });
}

export function changed(step: string): AppError {
  return new AppError('engine_changed', `perchance: ${step}`);
}

export function failed(step: string, cause?: unknown): AppError {
  return new AppError('engine_failed', `perchance: ${step}`, { cause });
}

export function unreachable(step: string, cause?: unknown): AppError {
  return new AppError('engine_failed', `perchance: ${step}: the site cannot be reached`, {
    restMs: RESTS_MS.unreachable,
    cause,
  });
}

export function rateLimited(step: string, retryAfterSeconds?: number): AppError {
  const restMs = retryAfterSeconds === undefined ? RESTS_MS.rateLimited : retryAfterSeconds * 1000;
  return new AppError('engine_busy', `perchance: ${step}: too many requests`, {
    restMs,
    retryAfterSeconds: Math.min(MAX_RETRY_AFTER_SECONDS, Math.ceil(restMs / 1000)),
  });
}

/** The error for a status that ends the job. */
export function endedBy(code: ErrorCode, step: string): AppError {
  if (code === 'engine_challenge') return challenged(step);
  const retryAfterSeconds = code === 'engine_busy' ? MAX_RETRY_AFTER_SECONDS / 2 : undefined;
  return new AppError(code, `perchance: ${step}`, { retryAfterSeconds });
}

/** The error for a page, judged by the answer to its request. Undefined if the page is fine. */
export function documentFailure(
  step: string,
  httpStatus: number,
  headers: Readonly<Record<string, string>>,
): AppError | undefined {
  if (httpStatus === 403 || isChallenge(httpStatus, headers)) return challenged(step);
  if (httpStatus === 429) return rateLimited(step, retryAfterSeconds(headers));
  if (httpStatus >= 500) return failed(`${step}: HTTP ${httpStatus}`);
  if (httpStatus >= 400) return changed(`${step}: HTTP ${httpStatus}`);
  return undefined;
}

export function isChallenge(httpStatus: number, headers: Readonly<Record<string, string>>): boolean {
  const isPage = (headers['content-type'] ?? '').startsWith('text/html');
  return CHALLENGE.header in headers || (httpStatus === 403 && isPage);
}

/** The error for a navigation without any answer, judged by Chromium's `net::ERR_*` text. */
export function navigationFailure(step: string, cause: unknown): AppError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return UNREACHABLE.test(text) ? unreachable(step, cause) : failed(`${step}: no answer`, cause);
}

/** RFC 9110 Retry-After in seconds. The site's front does not use dates. */
export function retryAfterSeconds(headers: Readonly<Record<string, string>>): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
