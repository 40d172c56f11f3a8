import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { setting } from '../../../shared/service/config.ts';

/** Headers for browsers: which pages may call the gateway, and what our own pages may load. */

/** A page's origin as browsers send it. Undefined if the text is not an origin. */
function toOrigin(text: string): string | undefined {
  if (text === '*') return '*';
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, hostname, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && !hostname.includes('*') ? origin : undefined;
}

/** Setting `CORS_ORIGINS`: undefined means all. */
export function corsOrigins(description: string) {
  const inner = z
    .string()
    .transform((value, context): readonly string[] | undefined => {
      const entries = value.split(',').map((entry) => entry.trim());
      const origins = entries.filter((entry) => entry !== '').map(toOrigin);
      if (origins.includes(undefined)) context.addIssue({ code: 'custom', message: 'no origin' });
      return origins.includes('*') ? undefined : origins.filter((origin) => origin !== undefined);
    })
    .optional();
  return setting(inner, {
    description,
    format: 'origins such as `https://pages.example`, separated by commas; `*` is all',
  });
}

/** Headers that a script of another origin may read. */
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-Job-Id',
  'X-Engine',
  'X-Seed',
  'X-Cache',
  'X-Warnings',
  'Server-Timing',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Location',
  // OpenAI's SDKs obey it.
  'X-Should-Retry',
];

/** How long a browser may keep the answer to a preflight. No browser keeps it longer. */
const PREFLIGHT_SECONDS = 7200;

const HSTS_SECONDS = 31_536_000;

interface BrowserOptions {
  readonly corsOrigins: readonly string[] | undefined;
  readonly publicUrl: string | undefined;
  /** Setting `HSTS`. */
  readonly hsts: boolean;
}

export function tellBrowsers({ corsOrigins: origins, publicUrl, hsts }: BrowserOptions): RequestHandler[] {
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  const protect = helmet({
    // Only if the operator's address is https, and only for this host, because its subdomains may belong to others.
    strictTransportSecurity: hsts && isHttps ? { maxAge: HSTS_SECONDS, includeSubDomains: false } : false,
    // Other sites may use pictures and answers.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    contentSecurityPolicy: {
      directives: {
        imgSrc: ["'self'", 'data:', 'blob:', 'https:'],
        // A gateway in a local network has no certificate, and its page must still load its own scripts.
        upgradeInsecureRequests: null,
      },
    },
  });
  const share = cors({
    origin: origins === undefined ? '*' : [...origins],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
  if (origins !== undefined) return [setSame(protect), share];
  const shareWithAll = setSame(share);
  const shareAnswer: RequestHandler = (request, response, next) =>
    (request.method === 'OPTIONS' ? share : shareWithAll)(request, response, next);
  return [setSame(protect), shareAnswer];
}

type HeaderSetter = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Sets the headers of this handler. They are the same for every request, so the handler runs only once. */
function setSame(handler: HeaderSetter): RequestHandler {
  const headers = new Map<string, string>();
  const example = new ServerResponse(new IncomingMessage(new Socket()));
  example.setHeader = (name, value) => {
    headers.set(name, String(value));
    return example;
  };
  handler(example.req, example, () => undefined);
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
