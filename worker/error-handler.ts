import type { ErrorRequestHandler } from 'express';
import { classifyHttpError } from '../shared/classify-http-error.ts';
import { toErrorRecord } from '../shared/errors.ts';
import { noteFailure } from '../shared/request-log.ts';

/** Every refusal is an ErrorRecord with the error's status. */
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
