import type { ErrorRequestHandler, Response } from 'express';
import { AppError, type ErrorCode, toAppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/log.ts';
import type { Encoded } from '../dialects/dialect.ts';
import { contextOf } from './request-context.ts';

/** Seconds after which a retry makes sense when whoever failed did not say. */
const USUAL_RETRY_SECONDS = 10;
const LATER_RETRY_SECONDS = 60;

/** The one place where an error becomes an answer, in the dialect's own shape, and a line in the log. */
export function createErrorHandler(encodeError: (error: AppError) => Encoded, log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = classify(thrown);
    const { requestId } = contextOf(request);
    const line = { requestId, code: error.code, reason: error.message };
    if (error.status >= 500) log.error({ ...line, err: error.code === 'internal' ? thrown : undefined }, 'failed');
    else log.info(line, 'refused');
    if (response.headersSent) {
      next(thrown);
      return;
    }
    send(response, withRetryAfter(encodeError(error), error));
  };
}

export function send(response: Response, { status, headers, body }: Encoded): void {
  response.status(status).set({ 'Cache-Control': 'no-store', ...headers });
  if (body === undefined) response.end();
  else if (Buffer.isBuffer(body)) response.send(body);
  else response.json(body);
}

function withRetryAfter(encoded: Encoded, error: AppError): Encoded {
  const isWaitable = error.status === 429 || error.status === 503;
  if (!isWaitable || encoded.headers?.['Retry-After'] !== undefined) return encoded;
  const seconds = error.retryable === 'later' ? LATER_RETRY_SECONDS : USUAL_RETRY_SECONDS;
  return { ...encoded, headers: { ...encoded.headers, 'Retry-After': String(seconds) } };
}

/** Errors of Express's own body and path parsing, by their `type` and `status` (http-errors). */
const PARSER_CODES: Record<string, ErrorCode> = {
  'entity.too.large': 'payload_too_large',
  'charset.unsupported': 'unsupported_media_type',
  'encoding.unsupported': 'unsupported_media_type',
};

function classify(thrown: unknown): AppError {
  if (thrown instanceof AppError || !(thrown instanceof Error)) return toAppError(thrown);
  const { type, status } = thrown as { type?: string; status?: number };
  const code = PARSER_CODES[type ?? ''];
  if (code !== undefined) return new AppError(code, thrown.message, { cause: thrown });
  if (type === 'entity.parse.failed') return badBody('The body is not valid JSON.', thrown);
  if (thrown instanceof URIError) return badBody('The address is not valid UTF-8 percent-encoding.', thrown, 'path');
  if (status !== undefined && status >= 400 && status < 500) return badBody('The request cannot be read.', thrown);
  return toAppError(thrown);
}

function badBody(publicMessage: string, cause: Error, field = 'body'): AppError {
  return new AppError('invalid_request', cause.message, { publicMessage, field, cause });
}
