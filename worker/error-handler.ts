import type { ErrorRequestHandler } from 'express';
import { AppError, type ErrorCode, toAppError, toErrorRecord } from '../shared/errors.ts';
import type { Logger } from '../shared/log.ts';
import { requestIdOf } from './request-context.ts';

/** Every refusal is an ErrorRecord with the error's status. */
export function createErrorHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, _request, response, next) => {
    const error = classify(thrown);
    const line = { requestId: requestIdOf(response), code: error.code, reason: error.message };
    if (error.code === 'internal') log.error({ ...line, err: thrown }, 'failed');
    else log.info(line, 'refused');
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const { retryAfterSeconds } = error.details;
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
    response.status(error.status).json(toErrorRecord(error));
  };
}

/** Errors of Express's own body and path parsing, by their `type` (http-errors). */
const PARSER_CODES: Readonly<Record<string, ErrorCode>> = {
  'entity.too.large': 'payload_too_large',
  'entity.parse.failed': 'invalid_request',
  'charset.unsupported': 'unsupported_media_type',
  'encoding.unsupported': 'unsupported_media_type',
};

/** The parser's own message may quote the body, and the body holds the prompt. */
function classify(thrown: unknown): AppError {
  if (thrown instanceof AppError || !(thrown instanceof Error)) return toAppError(thrown);
  const { type = '', status = 500 } = thrown as { type?: string; status?: number };
  const code = PARSER_CODES[type];
  if (code !== undefined) return new AppError(code, `the body: ${type}`);
  if (thrown instanceof URIError || (status >= 400 && status < 500))
    return new AppError('invalid_request', 'unreadable request');
  return toAppError(thrown);
}
