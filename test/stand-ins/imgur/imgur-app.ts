import express, { type Express, type Request, type Response } from 'express';
import { sendMedia, sendRemoved } from './media.ts';
import { failure } from './modes.ts';
import { clientIdOf, type Service, sendData, sendFailure } from './service.ts';
import { toImageData } from './stored-picture.ts';
import { upload } from './upload.ts';

/** A call to `/3`, oldest first; `httpStatus` is null until it is answered. */
export type ImgurCall = { method: string; path: string; clientId: string | null; httpStatus: number | null };

export function createImgurApp(service: Service, calls: ImgurCall[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/i/:file', (request, response) => sendMedia(service, request, response));
  app.get('/removed.png', sendRemoved);

  app.use('/3', express.raw({ type: () => true, limit: '250mb' }), (request, response, next) => {
    record(calls, request, response);
    if (isAuthorized(service, request, response)) next();
  });
  app.post(['/3/image', '/3/upload', '/3/image.json'], (request, response) => upload(service, request, response));
  app.delete('/3/image/:deletehash', (request, response) => remove(service, request, response));
  app.get('/3/image/:id', (request, response) => describe(service, request, response));
  app.get('/3/credits', (_request, response) => sendData(service, response, service.credits.report()));
  return app;
}

function record(calls: ImgurCall[], request: Request, response: Response): void {
  const call: ImgurCall = {
    method: request.method,
    path: request.originalUrl,
    clientId: clientIdOf(request),
    httpStatus: null,
  };
  calls.push(call);
  response.on('finish', () => {
    call.httpStatus = response.statusCode;
  });
}

function isAuthorized(service: Service, request: Request, response: Response): boolean {
  const target = { request: request.originalUrl, method: request.method };
  const clientId = clientIdOf(request);
  if (!clientId) {
    sendFailure(service, response, failure(401, 'Authentication required', target));
    return false;
  }
  if (!service.limits.clientIds.includes(clientId)) {
    sendFailure(service, response, failure(403, 'Invalid client_id', target));
    return false;
  }
  return true;
}

/** An anonymous picture is deleted by its hash. Its id, which is public, does not work. */
function remove(service: Service, request: Request, response: Response): void {
  service.credits.spend('call');
  const picture = service.pictures.find(({ deletehash }) => deletehash === request.params.deletehash);
  if (picture) {
    picture.isDeleted = true;
    sendData(service, response, true);
  } else {
    sendFailure(service, response, failure(403, 'Permission denied', { request: request.path, method: 'DELETE' }));
  }
}

function describe(service: Service, request: Request, response: Response): void {
  service.credits.spend('call');
  const picture = service.pictures.find(({ id, isDeleted }) => id === request.params.id && !isDeleted);
  if (picture) {
    // Only the uploader gets the hash.
    const { deletehash: _secret, ...data } = toImageData(picture, Math.floor(Date.now() / 1000));
    sendData(service, response, data);
  } else {
    const text = `Unable to find an image with the id, ${request.params.id}`;
    sendFailure(service, response, failure(404, text, { request: request.path, method: 'GET' }));
  }
}
