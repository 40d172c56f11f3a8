import { fileURLToPath } from 'node:url';
import express, { type Express, type Request, type Response } from 'express';
import { createApi } from './api.ts';
import type { DocumentAnswer } from './behaviour.ts';
import {
  embedPage,
  GENERATOR_NAME,
  generatorPage,
  IMAGE_PAGE_NAME,
  imageGeneratorPage,
  imagePage,
  type Origins,
  outerPage,
  redesignedPage,
  scriptsDirectory,
  turnstileScript,
} from './pages.ts';
import { sendChallenge, sendHtml } from './replies.ts';
import type { Service } from './service.ts';

/** How often each page was asked for, whatever the answer was. */
export type DocumentLoads = { outer: number; generator: number; embed: number; imagePage: number };

type PageName = 'outer' | 'generator' | 'embed';

export type OriginApps = { outer: Express; generator: Express; embed: Express; turnstile: Express };

/** The four servers. `origins` is called at each request, because the ports are only known after they listen. */
export function createOriginApps(service: Service, origins: () => Origins, loads: DocumentLoads): OriginApps {
  const outer = createApp();
  outer.get('/api/getAccessCodeForAdPoweredStuff', (_request, response) => {
    response.type('text/plain').set('Cache-Control', 'no-store').send(service.adAccessCode());
  });
  serve(outer, `/${GENERATOR_NAME}`, 'outer', () => outerPage(origins()));

  const generator = createApp();
  serve(generator, `/${GENERATOR_NAME}`, 'generator', () =>
    generatorPage(origins(), service.behaviour(), service.timings),
  );

  outer.get(`/${IMAGE_PAGE_NAME}`, async (request, response) => {
    loads.imagePage += 1;
    const html = imagePage(origins(), new URL(request.originalUrl, 'http://site').search.slice(1));
    await sendDocument(service, request, response, service.behaviour().imagePage, html);
  });
  generator.get(`/${IMAGE_PAGE_NAME}`, (_request, response) =>
    sendHtml(response, 200, imageGeneratorPage(origins(), service.behaviour(), service.timings)),
  );
  const uploads: Buffer[] = [];
  generator.post('/uploads', express.text({ type: () => true, limit: '20mb' }), (request, response) => {
    const number = uploads.push(Buffer.from(String(request.body).split(',')[1] ?? '', 'base64'));
    response.type('text/plain').send(`${origins().generator}/uploads/${number}.jpeg`);
  });
  generator.get('/uploads/:name', (request, response) => {
    const bytes = uploads[Number.parseInt(request.params.name, 10) - 1];
    if (bytes === undefined) response.status(404).send('not found');
    else response.type('image/jpeg').send(bytes);
  });

  const embed = createApp();
  embed.use('/api', createApi(service));
  serve(embed, '/embed', 'embed', () =>
    embedPage(origins(), service.behaviour(), service.timings, service.clientVersion),
  );

  const turnstile = createApp();
  turnstile.get('/turnstile/v0/api.js', (request, response) => sendTurnstile(service, request, response));

  return { outer, generator, embed, turnstile };

  function serve(app: Express, path: string, page: PageName, render: () => string): void {
    app.get(path, async (request, response) => {
      loads[page] += 1;
      const behaviour = service.behaviour();
      const html = behaviour.redesigned.includes(page) ? redesignedPage : render();
      await sendDocument(service, request, response, behaviour[page], html);
    });
  }
}

function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use('/scripts', express.static(fileURLToPath(scriptsDirectory), { extensions: ['js'], maxAge: '1h' }));
  return app;
}

async function sendDocument(
  service: Service,
  request: Request,
  response: Response,
  answer: DocumentAnswer,
  html: string,
): Promise<void> {
  switch (answer) {
    case 'page':
      return sendHtml(response, 200, html);
    case 'challenge':
      return sendChallenge(request, response);
    case 'not_found':
      return sendHtml(response, 404, '<!doctype html><title>404</title><p>Not found.</p>');
    case 'error':
      return sendHtml(response, 502, '<!doctype html><title>502: Bad gateway</title><p>Bad gateway.</p>');
    case 'hang':
      await service.waits.wait(Number.POSITIVE_INFINITY);
      request.socket.destroy();
      return;
    case 'refused':
      // Connections are reset before a request. One that was already being read is reset here.
      request.socket.resetAndDestroy();
      return;
  }
}

function sendTurnstile(service: Service, request: Request, response: Response): void {
  const { turnstile } = service.behaviour();
  if (turnstile === 'blocked') {
    request.socket.resetAndDestroy();
    return;
  }
  const settings = JSON.stringify({ behaviour: turnstile, onload: String(request.query.onload ?? '') });
  response.type('js').set('Cache-Control', 'no-store');
  response.send(`window.turnstileStandIn = ${settings};\n${turnstileScript}`);
}
