import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AppError, ErrorCode } from '../errors.ts';
import type { Logger } from '../service/log.ts';
import { type SpanContext, toSpanContext, toTraceparent } from '../telemetry/trace-context.ts';
import { toRequestId } from './http.ts';

/**
 * Request ids, traces, and one log line for each answer, for both services. Written by hand, because pino-http makes two
 * child loggers for each request: without it the gateway answers 50 % more requests and uses 15 MB less memory.
 */

export interface RequestContext {
  readonly requestId: string;
  readonly traceparent: string;
  /** The span of this request: the one that `traceparent` names. */
  readonly span: SpanContext;
}

/** Fields of a log line besides those of the request. Each is known at a different place. */
export interface AnswerFacts {
  readonly dialect?: string | undefined;
  /** Name of the caller's API key; never the key. */
  readonly keyName?: string | undefined;
  readonly job?: string | undefined;
  readonly cache?: 'made' | 'joined' | 'remembered' | undefined;
  readonly engine?: string | undefined;
  readonly worker?: string | undefined;
}

interface Locals {
  context: RequestContext;
  facts?: AnswerFacts;
  failure?: AppError;
}

/** Gives every answer a request id and a trace: the caller's own if they are well-formed, else new ones. */
export const requestContext: RequestHandler = (request, response: Response<unknown, Partial<Locals>>, next) => {
  const span = toSpanContext(request.headers.traceparent);
  const context = { requestId: toRequestId(request.headers['x-request-id']), traceparent: toTraceparent(span), span };
  response.locals.context = context;
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

/** Keeps facts for the answer's log line, beside those that are known already. */
export function noteFacts(response: Response, facts: AnswerFacts): void {
  const locals = response.locals as Locals;
  locals.facts = Object.assign(locals.facts ?? {}, facts);
}

/** One answer, when it has ended. */
export interface Answered extends AnswerFacts {
  readonly span: SpanContext;
  readonly requestId: string;
  readonly method: string;
  /** The pattern of its route. */
  readonly path: string;
  readonly status: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly code?: ErrorCode | undefined;
  /** The caller has gone before the answer was complete. */
  readonly left: boolean;
}

interface RequestLogOptions {
  /** Routes of health probes, which would fill the log. */
  readonly quietRoutes: readonly string[];
  /** Called for every answer, also for those that are not logged. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
}

/**
 * One log line for each answer, with the pattern of its route. Never the address itself: paths and queries hold
 * prompts, keys and sealed requests, even where no route matches (`/PROMPT/…`, `//prompt/…`).
 */
export function requestLog(log: Logger, { quietRoutes, onAnswered }: RequestLogOptions) {
  const quiet = new Set(quietRoutes);
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = performance.now();
    const startedAt = Date.now();
    const { method } = request;
    response.once('close', () => {
      const { failure, facts } = response.locals as Partial<Locals>;
      const path = (request.route as { path?: string } | undefined)?.path ?? NO_ROUTE;
      const { requestId, traceparent: trace, span } = contextOf(response);
      const took = performance.now() - began;
      const left = !response.writableFinished;
      const status = response.statusCode;
      onAnswered?.({
        ...facts,
        span,
        requestId,
        method,
        path,
        status,
        startedAt,
        durationMs: took,
        left,
        code: failure?.code,
      });
      if (failure === undefined && quiet.has(path)) return;
      const line = {
        requestId,
        trace,
        method,
        path,
        status,
        durationMs: Math.round(took),
        ...facts,
        ...(left && { left }),
      };
      if (failure === undefined) log.info(line, 'answered');
      else logFailure(log, line, failure);
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
