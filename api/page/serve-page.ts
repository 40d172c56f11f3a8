import type { Express, Request, Response } from 'express';
import { AppError } from '../../shared/errors.ts';
import type { ServiceDescription } from '../dialects/dialect.ts';
import { chooseLanguage } from './languages/index.ts';
import { type Coding, compressQuickly, type PageFiles, readPageFiles } from './page-files.ts';
import { toContentPolicy } from './policy.ts';
import { renderPage } from './render-page.ts';
import { renderStatus } from './status/render-status.ts';
import type { StatusView } from './status/view.ts';

/** The pages at `/` and `/status` for browsers. Programs get the JSON of the next route. */

interface PageOptions {
  readonly publicUrl: string | undefined;
  readonly basePath: string;
  readonly describe: (request: Request) => ServiceDescription;
  readonly version: string;
  readonly status: () => { readonly worker: string };
  readonly notReady: () => Promise<readonly string[]>;
  readonly viewStatus: (reasons: readonly string[]) => StatusView;
  /** Whether this deployment has keys and the request has none of them. */
  readonly isStranger: (request: Request) => boolean;
}

const YEAR_SECONDS = 31_536_000;
const HOUR_SECONDS = 3600;

export function servePage(app: Express, options: PageOptions): void {
  const { publicUrl, basePath, describe } = options;
  // Read at a browser's first request, so that a gateway that only serves programs needs no memory for it.
  let files: PageFiles | undefined;
  const load = (): PageFiles => {
    files ??= readPageFiles();
    return files;
  };
  const policy = toContentPolicy(publicUrl);

  app.get('/', async (request, response, next) => {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    const { version, modules, find } = load();
    const style = find('style.css')?.text ?? '';
    const { engines, needsKey } = describe(request);
    const speech = chooseLanguage(request.query.lang, request.get('accept-language'));
    const assets = `${basePath}/page/${version}`;
    const page = renderPage({ speech, assets, modules, style, basePath, engines: engines(), needsKey });
    response.vary('Accept-Language');
    response.set({
      'Content-Security-Policy': toContentPolicy(publicUrl, style),
      'Content-Language': speech.code,
      'Cache-Control': 'no-cache',
      'Referrer-Policy': 'no-referrer',
    });
    await sendText(response, 'text/html; charset=utf-8', (coding) => compressQuickly(page, coding), request);
  });

  app.get('/status', async (request, response, next) => {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    const isStranger = options.isStranger(request);
    // A browser asks for a name and a password then: the password is the key.
    if (isStranger && 'details' in request.query) {
      response.status(401).set('WWW-Authenticate', 'Basic realm="Easel", charset="UTF-8"');
    }
    const reasons = await options.notReady();
    const speech = chooseLanguage(request.query.lang, request.get('accept-language'));
    const page = renderStatus({
      speech,
      assets: `${basePath}/page/${load().version}`,
      basePath,
      brief: { worker: options.status().worker, isReady: reasons.length === 0, version: options.version },
      view: isStranger ? undefined : options.viewStatus(reasons),
    });
    response.vary('Accept-Language');
    response.set({
      'Content-Security-Policy': policy,
      'Content-Language': speech.code,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    });
    await sendText(response, 'text/html; charset=utf-8', (coding) => compressQuickly(page, coding), request);
  });

  app.get('/page/:version/:file', async (request, response) => {
    const { version, find } = load();
    const file = find(request.params.file);
    if (file === undefined) throw new AppError('not_found', 'no such file of the page');
    // The address of an older version answers with the present file, which browsers may keep only for a short time.
    const isLasting = request.params.version === version;
    const seconds = isLasting ? `${YEAR_SECONDS}, immutable` : String(HOUR_SECONDS);
    response.set('Cache-Control', `public, max-age=${seconds}`);
    await sendText(response, file.type, file.bytes, request);
  });
}

async function sendText(
  response: Response,
  type: string,
  toBytes: (coding: Coding) => Promise<Buffer>,
  request: Request,
): Promise<void> {
  const accepted = request.acceptsEncodings(['br', 'gzip', 'identity']);
  const coding = accepted === 'br' || accepted === 'gzip' ? accepted : 'identity';
  const bytes = await toBytes(coding);
  response.vary('Accept-Encoding');
  response.set('Content-Type', type);
  if (coding !== 'identity') response.set('Content-Encoding', coding);
  response.send(bytes);
}
