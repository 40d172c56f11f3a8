import type { Request, Response } from 'express';
import type { Dialect } from '../dialects/dialect.ts';
import type { StatusView } from '../page/status/view.ts';
import type { Describe } from './describe-service.ts';
import { send } from './middleware/error-handler.ts';
import { describeCaller } from './middleware/trust-proxy.ts';

/** What the gateway reports about itself. Nothing here wakes a sleeping worker or waits for one. */

export interface ServiceStatus {
  /** The best state of all workers: `asleep`, `waking`, `starting`, `ready`, `busy` or `unreachable`. */
  readonly worker: string;
  /** Jobs, workers, engines and stores as last heard; for `GET /status`. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The answer of `/status` to callers with a key, or to everybody where there are no keys. */
export type ViewStatus = (reasons: readonly string[]) => StatusView;

export interface StatusOptions {
  readonly version: string;
  /** Of this process: by it `npm start` knows its own child, and the doctor whether a proxy leads here. */
  readonly instance?: string | undefined;
  readonly status: () => ServiceStatus;
  /** Why no request can be served now. Empty if the gateway is ready. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly dialects: readonly Dialect[];
  readonly describe: Describe;
}

/**
 * Shows a caller the address that the gateway sees, so that the operator can check TRUST_PROXY from outside: the
 * address, the entries of X-Forwarded-For that came, and `direct` where none of them was believed.
 */
export const CALLER_HEADER = 'easel-caller';

/** `/health` in the shape of the earlier services. A gateway whose worker sleeps is healthy. */
export function createHealth({ version, instance, status }: StatusOptions) {
  return (request: Request, response: Response): void => {
    const { worker } = status();
    const isLoaded = worker === 'ready' || worker === 'busy';
    send(response, {
      status: 200,
      headers: { [CALLER_HEADER]: describeCaller(request) },
      body: { status: 'healthy', service: 'easel', version, instance, model_loaded: isLoaded, worker },
    });
  };
}

export function createReady({ notReady }: StatusOptions) {
  return async (_request: Request, response: Response): Promise<void> => {
    const reasons = await notReady();
    response.status(reasons.length === 0 ? 200 : 503).json({ ready: reasons.length === 0, reasons });
  };
}

interface DetailsOptions extends StatusOptions {
  /** Whether this deployment has keys and the request has none of them. */
  readonly isStranger: (request: Request) => boolean;
  readonly viewStatus: ViewStatus;
}

/** Load, failing engines and hosts of pictures are shown only to callers with a key, if there are keys. */
export function createStatus({ version, status, notReady, isStranger, viewStatus }: DetailsOptions) {
  return async (request: Request, response: Response): Promise<void> => {
    const reasons = await notReady();
    const { worker, details } = status();
    const brief = { service: 'easel', version, worker, ready: reasons.length === 0 };
    if (isStranger(request)) {
      response.json(brief);
      return;
    }
    const { workers: _shorter, ...view } = viewStatus(reasons);
    response.json({ ...brief, ...view, ...details });
  };
}

/** For shields.io: https://shields.io/badges/endpoint-badge. It shows only what callers without a key may know. */
export function createBadge({ status, notReady }: StatusOptions) {
  return async (_request: Request, response: Response): Promise<void> => {
    const reasons = await notReady();
    const { worker } = status();
    const [message, color] = reasons.length > 0 ? ['down', 'red'] : (BADGES[worker] ?? ['ready', 'brightgreen']);
    response.set('Cache-Control', `public, max-age=${BADGE_SECONDS}`);
    response.json({ schemaVersion: 1, label: 'easel', message, color });
  };
}

const BADGE_SECONDS = 60;
const BADGES: Readonly<Record<string, readonly [message: string, color: string]>> = {
  asleep: ['asleep', 'blue'],
  waking: ['waking', 'yellow'],
  starting: ['waking', 'yellow'],
};

/** The discovery document: every endpoint, and an example to start with. */
export function createIndex({ version, status, dialects, describe }: StatusOptions) {
  const endpoints = dialects.flatMap((dialect) =>
    dialect.routes.map(({ method, path, documentation }) => ({
      method: method.toUpperCase(),
      path,
      summary: documentation.summary,
      dialect: dialect.name,
    })),
  );
  const ownEndpoints = [
    { method: 'GET', path: '/health', summary: 'Whether the gateway is alive' },
    { method: 'GET', path: '/ready', summary: 'Whether a request can be served now, and if not, why' },
    { method: 'GET', path: '/status', summary: 'Engines, stores, workers and queue' },
    { method: 'GET', path: '/status/badge.json', summary: 'The state as a badge of shields.io' },
    { method: 'GET', path: '/metrics', summary: 'Figures for Prometheus' },
    { method: 'GET', path: '/docs', summary: 'This API as a page on which requests can be tried' },
    { method: 'GET', path: '/openapi.json', summary: 'This API for programs' },
    { method: 'GET', path: '/images/{name}', summary: 'A picture kept by the disk store' },
  ];
  return (request: Request, response: Response): void => {
    const { engines, toAbsoluteUrl } = describe(request);
    response.json({
      service: 'easel',
      description: 'A prompt in, a picture’s URL out.',
      version,
      status: 'healthy',
      worker: status().worker,
      engines: engines(),
      example: `curl "${toAbsoluteUrl('/generate?prompt=a+red+fox')}"`,
      endpoints: [...endpoints, ...ownEndpoints],
    });
  };
}
