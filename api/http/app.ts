import express, { type Express, type Request, type RequestHandler } from 'express';
import { AppError } from '../../shared/errors.ts';
import { type Answered, requestContext, requestLog } from '../../shared/net/request-log.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { encodeNativeError } from '../dialects/native.ts';
import { servePage } from '../page/serve-page.ts';
import { serveDocs } from './docs.ts';
import { serveImages } from './images.ts';
import { isStranger } from './middleware/authentication.ts';
import { tellBrowsers } from './middleware/browsers.ts';
import { createErrorHandler } from './middleware/error-handler.ts';
import { repairAddress } from './middleware/repair-address.ts';
import { tidyAddress } from './middleware/tidy-address.ts';
import type { TrustProxy } from './middleware/trust-proxy.ts';
import { toBasePath } from './public-url.ts';
import { refuseRest, serveDialect } from './serve.ts';
import type { ServeOptions } from './serve-options.ts';
import { LONG_PROMPTS } from './server.ts';
import {
  createBadge,
  createHealth,
  createIndex,
  createReady,
  createStatus,
  type StatusOptions,
  type ViewStatus,
} from './status.ts';

/** Longest address. The rest of the server's 64 kB is for headers. */
const MAX_URL_CHARACTERS = 61_440;

export interface AppOptions extends ServeOptions, StatusOptions {
  readonly dialects: readonly Dialect[];
  readonly publicUrl: string | undefined;
  readonly dataDirectory: string;
  readonly trustProxy: TrustProxy;
  readonly hsts: boolean;
  readonly removePicture: (id: string) => Promise<void>;
  readonly collectImage: (name: string) => Promise<boolean>;
  readonly viewStatus: ViewStatus;
  /** Called for every answer. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
  /** For those whom the operator gave a key. */
  readonly answerMetrics: RequestHandler;
  readonly log: Logger;
}

/** The gateway's HTTP server without its port: middleware, routes and errors. */
export function createApp(options: AppOptions): Express {
  const basePath = toBasePath(options.publicUrl);
  const app = express();
  app.disable('x-powered-by');
  // ETags cost a third of the throughput, and clients rarely ask for the same answer twice.
  app.set('etag', false);
  app.set('trust proxy', options.trustProxy);
  app.use(
    inOne([
      tidyAddress(basePath),
      requestContext,
      requestLog(options.log, { quietRoutes: QUIET_ROUTES, onAnswered: options.onAnswered }),
      ...tellBrowsers(options),
      limitUrl,
      requireHost,
      repairAddress,
    ]),
  );

  const status = { ...options, isStranger: (request: Request) => isStranger(request, options, options.brake) };
  // Express tries one route after the other, so those that are called most come first.
  app.get('/health', createHealth(options));
  for (const dialect of options.dialects) serveDialect(app, dialect, options);
  servePage(app, { ...status, basePath });
  app.get('/', createIndex(options));
  app.get('/ready', createReady(options));
  app.get('/status', createStatus(status));
  app.get('/status/badge.json', createBadge(options));
  app.get('/metrics', refuseStrangers(options), options.answerMetrics);
  serveDocs(app, { ...options, basePath });
  serveImages(app, { ...options, remove: options.removePicture, collect: options.collectImage });

  refuseOtherMethods(app, options.dialects);
  for (const dialect of options.dialects) refuseRest(app, dialect);
  app.use(refuseUnknown);
  app.use(createErrorHandler((error) => encodeNativeError(error)));
  return app;
}

/** Handlers that run one after the other, as one, because Express takes a microsecond of each request for each. */
const inOne = (handlers: readonly RequestHandler[]): RequestHandler =>
  handlers.reduceRight((rest, handler) => (request, response, next) => {
    handler(request, response, (error?: unknown) => {
      if (error === undefined) rest(request, response, next);
      else next(error);
    });
  });

const QUIET_ROUTES = ['/health', '/ready', '/metrics'];

const limitUrl: RequestHandler = (request, _response, next) => {
  const publicMessage = `The address is longer than ${MAX_URL_CHARACTERS / 1024} kB. ${LONG_PROMPTS}`;
  if (request.url.length <= MAX_URL_CHARACTERS) next();
  else next(new AppError('payload_too_large', 'the address is too long', { publicMessage }));
};

/** How busy it is and what fails is for those whom the operator gave a key, where there are keys. */
const refuseStrangers =
  (options: ServeOptions): RequestHandler =>
  (request, _response, next) => {
    if (!isStranger(request, options, options.brake)) next();
    else next(new AppError('unauthorized', 'metrics without a key', { publicMessage: METRICS_KEY }));
  };

const METRICS_KEY = 'An API key is needed for the metrics: `Authorization: Bearer …`.';

/** RFC 9112, 3.2: HTTP/1.1 without Host is refused. HTTP/1.0, which simple monitors speak, has no Host. */
const requireHost: RequestHandler = (request, _response, next) => {
  if (request.headers.host !== undefined || request.httpVersion === '1.0') next();
  else next(new AppError('invalid_request', 'no Host came', { publicMessage: 'The request has no `Host` header.' }));
};

/** A known path with another method gets 405 with `Allow`. */
function refuseOtherMethods(app: Express, dialects: readonly Dialect[]): void {
  const routes = dialects.flatMap((dialect) => dialect.routes);
  const methodsOf = new Map<string, Set<string>>(OWN_ROUTES);
  for (const { method, path } of routes)
    methodsOf.set(path, (methodsOf.get(path) ?? new Set()).add(method.toUpperCase()));
  for (const [path, methods] of methodsOf) {
    const allowed = [...methods, ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    app.all(path, (_request, response, next) => {
      response.setHeader('Allow', allowed);
      next(
        new AppError('method_not_allowed', 'another method', {
          publicMessage: `This address only answers ${allowed}.`,
        }),
      );
    });
  }
}

const OWN_ROUTES: ReadonlyArray<[string, Set<string>]> = [
  ['/', new Set(['GET'])],
  ['/health', new Set(['GET'])],
  ['/ready', new Set(['GET'])],
  ['/status', new Set(['GET'])],
  ['/status/badge.json', new Set(['GET'])],
  ['/metrics', new Set(['GET'])],
  ['/docs', new Set(['GET'])],
  ['/openapi.json', new Set(['GET'])],
  ['/images/:name', new Set(['GET', 'DELETE'])],
];

const refuseUnknown: RequestHandler = (_request, _response, next) => {
  next(new AppError('not_found', 'no such route', { publicMessage: 'There is no such address here; see /.' }));
};
