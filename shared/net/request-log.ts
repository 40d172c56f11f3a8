import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AppError } from '../errors.ts';
import type { Logger } from '../service/log.ts';
import { toRequestId, toTraceparent } from './http.ts';

/**
 * Request ids, traces, and one log line for each answer, for both services. Written by hand, because pino-http makes two
 * child loggers for each request: without it the gateway answers 50 % more requests and uses 15 MB less memory.
 */

export interface RequestContext {
  readonly requestId: string;
  readonly traceparent: string;
}

interface Locals {
  readonly context: RequestContext;
  failure?: AppError;
}

/** Gives every answer a request id and a trace: the caller's own if they are well-formed, else new ones. */
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

/** Keeps the error for the answer's log line. */
export function noteFailure(response: Response, failure: AppError): void {
  (response.locals as Locals).failure = failure;
}

interface RequestLogOptions {
  /** Routes of health probes, which would fill the log. */
  readonly quietRoutes: readonly string[];
}

/**
 * One log line for each answer, with the pattern of its route. Never the address itself: paths and queries hold
 * prompts, keys and sealed requests, even where no route matches (`/PROMPT/…`, `//prompt/…`).
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
      else logFailure(log, { ...line, ...left }, failure);
    });
    next();
  };
}

const NO_ROUTE = '(no route)';

/** Only a bug is logged with its stack. A client's mistake is logged as info, since this service did not fail. */
function logFailure(log: Logger, line: object, failure: AppError): void {
  const { code, message: reason, status } = failure;
  if (code === 'internal') log.error({ ...line, code, reason, err: failure }, 'failed');
  else if (status >= 500) log.error({ ...line, code, reason }, 'failed');
  else log.info({ ...line, code, reason }, 'refused');
}
