import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AppError } from '../errors.ts';
import type { Logger } from '../service/log.ts';
import { toRequestId, toTraceparent } from './http.ts';

/**
 * Request ids, traces, and one line of the log an answer, for both services. By hand rather than by pino-http, which
 * makes two child loggers a request: without it the gateway answers half as much again, in 15 MB less.
 */

export interface RequestContext {
  readonly requestId: string;
  readonly traceparent: string;
}

interface Locals {
  readonly context: RequestContext;
  failure?: AppError;
}

/** Gives every answer the request's id and trace, the caller's own where they are harmless. */
export const requestContext: RequestHandler = (request, response: Response<unknown, Partial<Locals>>, next) => {
  const context = {
    requestId: toRequestId(request.get('x-request-id')),
    traceparent: toTraceparent(request.get('traceparent')),
  };
  Object.assign(response.locals, { context });
  response.setHeader('X-Request-Id', context.requestId);
  response.setHeader('traceparent', context.traceparent);
  next();
};

export function contextOf(response: Response): RequestContext {
  const { context } = response.locals as Partial<Locals>;
  if (context === undefined) throw new Error('the request has not passed the context middleware');
  return context;
}

/** Why this answer is an error: told in its line. */
export function noteFailure(response: Response, failure: AppError): void {
  (response.locals as Locals).failure = failure;
}

interface RequestLogOptions {
  /** Routes of health probes, which would drown the log. */
  readonly quietRoutes: readonly string[];
}

/**
 * One line an answer, with the pattern of the route that served it. Never the address itself: prompts, keys and sealed
 * requests stand in paths as well as in queries, and in those that no route knows (`/PROMPT/…`, `//prompt/…`) too.
 */
export function requestLog(log: Logger, { quietRoutes }: RequestLogOptions) {
  const quiet = new Set(quietRoutes);
  return (request: Request, response: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    const { method } = request;
    response.once('close', () => {
      const { failure } = response.locals as Partial<Locals>;
      const path = (request.route as { path?: string } | undefined)?.path ?? NO_ROUTE;
      if (failure === undefined && quiet.has(path)) return;
      const { requestId, traceparent: trace } = contextOf(response);
      const durationMs = Math.round(performance.now() - startedAt);
      const line = { requestId, trace, method, path, status: response.statusCode, durationMs };
      const left = response.writableFinished ? {} : { left: true };
      if (failure === undefined) log.info({ ...line, ...left }, 'answered');
      else tellFailure(log, { ...line, ...left }, failure);
    });
    next();
  };
}

const NO_ROUTE = '(no route)';

/** Only a bug of ours needs its stack; what a client did wrong is no error of this service. */
function tellFailure(log: Logger, line: object, failure: AppError): void {
  const { code, message: reason, status } = failure;
  if (code === 'internal') log.error({ ...line, code, reason, err: failure }, 'failed');
  else if (status >= 500) log.error({ ...line, code, reason }, 'failed');
  else log.info({ ...line, code, reason }, 'refused');
}
