import type { ErrorRequestHandler } from 'express';
import { toErrorRecord } from '../../shared/errors.ts';
import { classifyHttpError } from '../../shared/net/classify-http-error.ts';
import { noteFailure } from '../../shared/net/request-log.ts';

/** Answers every error as an ErrorRecord with the error's status. */
export const answerError: ErrorRequestHandler = (thrown: unknown, _request, response, next) => {
  const error = classifyHttpError(thrown);
  noteFailure(response, error);
  if (response.headersSent) {
    next(thrown);
    return;
  }
  const { retryAfterSeconds } = error.details;
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
  response.status(error.status).json(toErrorRecord(error));
};
