import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Express, type RequestHandler, static as serveStatic } from 'express';
import { AppError } from '../../shared/errors.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { createOpenapi } from './openapi.ts';

const pages = fileURLToPath(new URL('docs', import.meta.url));
const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/swagger-ui.css')));
const HOUR_MS = 3_600_000;

interface DocsOptions {
  readonly dialects: readonly Dialect[];
  readonly version: string;
  /** The path of PUBLIC_URL, or '' if it has none. */
  readonly basePath: string;
}

/** `GET /openapi.json`, and Swagger UI at `/docs`, which loads nothing from other hosts. */
export function serveDocs(app: Express, { dialects, version, basePath }: DocsOptions): void {
  // Made at the first request, because it takes a tenth of the start's time, and a small host has a tenth of a processor.
  let document: ReturnType<typeof createOpenapi> | undefined;
  const page = readFileSync(join(pages, 'docs.html'), 'utf8').replaceAll('{base}', escapeAttribute(basePath));
  app.get('/openapi.json', (_request, response) => {
    document ??= createOpenapi(dialects, version, basePath);
    response.json(document);
  });
  app.get('/docs', (_request, response) => void response.type('html').send(page));
  const assets = [serveStatic(swaggerUi, { index: false, maxAge: HOUR_MS }), serveStatic(pages, { index: false })];
  const sendAsset = assets.map((files): RequestHandler<{ file: string }> => {
    return (request, response, next) => {
      request.url = `/${encodeURIComponent(request.params.file)}`;
      files(request, response, next);
    };
  });
  app.get('/docs/assets/:file', ...sendAsset, (_request, _response, next) => {
    next(new AppError('not_found', 'no such asset'));
  });
}

const escapeAttribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
