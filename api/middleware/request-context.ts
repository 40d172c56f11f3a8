import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import { toRequestId, toTraceparent } from '../../shared/http.ts';
import type { Logger } from '../../shared/log.ts';

/** What every answer carries, and every line of the log: the request's id and trace. */
export interface RequestContext {
  readonly requestId: string;
  readonly traceparent: string;
}

const contexts = new WeakMap<Request, RequestContext>();

export function contextOf(request: Request): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('the request has not passed the context middleware');
  return context;
}

export function requestContext() {
  return (request: Request, response: Response, next: NextFunction): void => {
    const context = {
      requestId: toRequestId(request.get('x-request-id')),
      traceparent: toTraceparent(request.get('traceparent')),
    };
    contexts.set(request, context);
    response.setHeader('X-Request-Id', context.requestId);
    response.setHeader('traceparent', context.traceparent);
    next();
  };
}

/** Health probes would drown the log. */
const QUIET_PATHS = new Set(['/health', '/ready']);

/** Prompts stand in these paths, and a job's id carries its request. */
const withoutPrompt = (path: string): string => path.replace(/^\/(prompt|image|jobs)\/.*/, '/$1/…');

const toLine = (request: Request, response: Response, { durationMs }: { durationMs: number }) => ({
  trace: contextOf(request).traceparent,
  method: request.method,
  path: withoutPrompt(request.path),
  status: response.statusCode,
  durationMs,
});

/** One line an answer; the path without its query, since that holds prompts and keys. */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger: log,
    genReqId: (request) => contextOf(request).requestId,
    autoLogging: { ignore: (request) => QUIET_PATHS.has(request.path) },
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'durationMs' },
    customSuccessObject: toLine,
    customErrorObject: (request, response, _error, values) => toLine(request, response, values),
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
    serializers: { req: () => undefined, res: () => undefined },
  });
}
