import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import {
  isLastEvent,
  type ProductionEvent,
  productionSchema,
  removalSchema,
  WIRE_HEADER,
  WIRE_VERSION,
  type WorkerHealth,
  type WorkerStatus,
} from '../../shared/contract/wire.ts';
import { AppError, invalidRequest, toErrorRecord } from '../../shared/errors.ts';
import { isSameSecret, readBearer } from '../../shared/net/http.ts';
import { contextOf, requestContext, requestLog } from '../../shared/net/request-log.ts';
import { createSecretBrake, type SecretBrake } from '../../shared/net/secret-brake.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { Productions } from '../intake/productions.ts';
import type { Remove } from '../intake/removals.ts';
import type { ShelfFile } from '../production/shelf.ts';
import { answerError } from './error-handler.ts';

const MAX_BODY = '1mb';
const MAX_URL_CHARACTERS = 2048;
const HEARTBEAT_MS = 10_000;

export interface AppOptions {
  /** Any of them opens. */
  readonly tokens: readonly string[];
  readonly productions: Pick<Productions, 'follow'>;
  readonly readPicture: (id: string) => Promise<ShelfFile | undefined>;
  readonly removePicture: Remove;
  readonly health: () => Promise<WorkerHealth>;
  readonly status: () => Promise<WorkerStatus>;
  readonly answerMetrics: RequestHandler;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The worker's HTTP routes, for gateways only. `shared/contract/wire.ts` describes them. */
export function createApp(options: AppOptions): Express {
  const { readPicture, health, status, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(requestContext, requestLog(log, { quietRoutes: ['/health', '/metrics'] }), limitUrl, sendWireVersion);

  app.get('/health', async (_request, response) => {
    const report = await health();
    response.status(report.status === 'healthy' ? 200 : 503).json(report);
  });
  app.use(createAuthentication(options.tokens, createSecretBrake(options.clock)));
  app.get('/status', async (_request, response) => {
    response.json(await status());
  });
  app.get('/metrics', options.answerMetrics);
  app.get('/pictures/:id', async (request, response) => {
    const picture = await readPicture(request.params.id);
    if (picture === undefined) throw new AppError('not_found', 'no such picture on the shelf');
    response.type(picture.mediaType).set('Cache-Control', 'no-store').send(picture.bytes);
  });

  const json: RequestHandler[] = [requireJson, express.json({ limit: MAX_BODY, inflate: false })];
  app.post('/productions', json, createProductionRoute(options));
  app.post('/removals', json, createRemovalRoute(options));

  refuseOtherMethods(app);
  app.use(() => {
    throw new AppError('not_found', 'no such route');
  });
  app.use(answerError);
  return app;
}

function createProductionRoute({ productions, clock, log }: AppOptions): RequestHandler {
  return (request, response) => {
    const production = parse(productionSchema, request.body);
    const closed = toSignal(response);
    const isOlder = request.get(WIRE_HEADER) === undefined;
    const send = (event: ProductionEvent): void => {
      if (closed.aborted) return;
      if (!response.headersSent) response.writeHead(200, STREAM_HEADERS);
      response.write(`${JSON.stringify(isOlder ? toOlderEvent(event) : event)}\n`);
      if (isLastEvent(event)) response.end();
    };
    const { requestId } = contextOf(response);
    const trace = { requestId, traceparent: request.get('traceparent') ?? '' };
    const leave = productions.follow(production, send, trace);
    // Send the headers at once, since the first event may come late.
    if (!response.headersSent) send({ type: 'alive' });
    closed.addEventListener('abort', leave, { once: true });
    keepAlive(() => send({ type: 'alive' }), clock, closed).catch((error: unknown) => {
      if (!closed.aborted) log.error({ err: error }, 'the heartbeat of a production failed');
    });
  };
}

/** A gateway of 1.0.0 knows no `postponed`. It posts again what is refused for lack of room. */
function toOlderEvent(event: ProductionEvent): ProductionEvent {
  if (event.type !== 'postponed') return event;
  const retryAfterSeconds = Math.ceil(event.milliseconds / 1000);
  return { type: 'error', error: toErrorRecord(new AppError('queue_full', 'its engine rests', { retryAfterSeconds })) };
}

function createRemovalRoute({ removePicture }: AppOptions): RequestHandler {
  return async (request, response) => {
    await removePicture(parse(removalSchema, request.body), toSignal(response));
    response.status(204).end();
  };
}

const STREAM_HEADERS = {
  'Content-Type': 'application/x-ndjson; charset=utf-8',
  'Cache-Control': 'no-store',
  // A proxy that buffers the answer would hold back the heartbeat.
  'X-Accel-Buffering': 'no',
};

async function keepAlive(beat: () => void, clock: Clock, closed: AbortSignal): Promise<void> {
  for (;;) {
    await clock.wait(HEARTBEAT_MS, closed);
    beat();
  }
}

/** Aborts when the answer has ended, whether all of it was sent or not. */
function toSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

const sendWireVersion: RequestHandler = (_request, response, next) => {
  response.setHeader(WIRE_HEADER, WIRE_VERSION);
  next();
};

const limitUrl: RequestHandler = (request, _response, next) => {
  if (request.url.length > MAX_URL_CHARACTERS) throw new AppError('payload_too_large', 'the address is too long');
  next();
};

function createAuthentication(tokens: readonly string[], brake: SecretBrake): RequestHandler {
  return (request, _response, next) => {
    const given = readBearer(request.get('authorization'));
    if (given === undefined) throw new AppError('unauthorized', 'no WORKER_TOKEN came');
    const isRight = tokens.some((token) => isSameSecret(given, token));
    brake.judge(request.socket.remoteAddress ?? 'unknown', isRight ? 'gateway' : undefined);
    if (!isRight) throw new AppError('unauthorized', 'a wrong WORKER_TOKEN came');
    next();
  };
}

const requireJson: RequestHandler = (request, _response, next) => {
  if (!request.is('application/json')) throw new AppError('unsupported_media_type', 'the body is not JSON');
  next();
};

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidRequest(
    parsed.error.issues.map(({ path, message }) => ({
      field: path.join('.') || 'body',
      message: `${path.join('.')}: ${message}.`,
    })),
  );
}

const ROUTES: ReadonlyArray<readonly [path: string, method: string]> = [
  ['/health', 'GET, HEAD'],
  ['/status', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/pictures/:id', 'GET, HEAD'],
  ['/productions', 'POST'],
  ['/removals', 'POST'],
];

function refuseOtherMethods(app: Express): void {
  for (const [path, allowed] of ROUTES) {
    app.all(path, (_request: Request, response: Response) => {
      response.setHeader('Allow', allowed);
      throw new AppError('method_not_allowed', `only ${allowed} here`);
    });
  }
}
