import type { Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import { toRequestId, toTraceparent } from '../shared/http.ts';
import type { Logger } from '../shared/log.ts';

/** Health probes would drown the log. */
const QUIET_PATHS = new Set(['/health']);

/** Gives every answer the request's id and trace, the caller's own where they are harmless. */
export const requestContext: RequestHandler = (request, response, next) => {
  response.setHeader('X-Request-Id', toRequestId(request.get('x-request-id')));
  response.setHeader('traceparent', toTraceparent(request.get('traceparent')));
  next();
};

export const requestIdOf = (response: Response): string => String(response.getHeader('X-Request-Id'));

/** One line an answer: the path without its query, and nothing of the body. */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger: log,
    genReqId: (_request, response) => requestIdOf(response),
    autoLogging: { ignore: (request) => QUIET_PATHS.has(request.path) },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'durationMs' },
    customProps: (request, response) => ({
      method: request.method,
      path: request.path,
      status: response.statusCode,
      trace: response.getHeader('traceparent'),
    }),
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
    serializers: { req: () => undefined, res: () => undefined },
  });
}
