import { join } from 'node:path';
import { type Express, type RequestHandler, static as serveStatic } from 'express';
import { AppError } from '../../shared/errors.ts';
import type { SecretBrake } from '../../shared/net/secret-brake.ts';
import { requireAdmin } from './middleware/authentication.ts';

interface ImagesOptions {
  readonly dataDirectory: string;
  readonly adminKey: string | undefined;
  readonly brake: SecretBrake;
  /** Removes the hosted copy of a picture, or of all pictures of a job. */
  readonly remove: (id: string) => Promise<void>;
  /** Fetches a picture whose address another gateway gave out to this gateway's disk. False if that fails. */
  readonly collect: (name: string) => Promise<boolean>;
}

/** Easel makes the names and never reuses one, so its bytes never change. */
const YEAR_MS = 365 * 86_400_000;

/** `GET /images/{name}` sends the pictures of the disk store. With `DELETE /images/{id}` the operator removes one. */
export function serveImages(app: Express, { dataDirectory, adminKey, brake, remove, collect }: ImagesOptions): void {
  const files = serveStatic(join(dataDirectory, 'images'), {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    immutable: true,
    maxAge: YEAR_MS,
    setHeaders: (response) => {
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.setHeader('Access-Control-Allow-Origin', '*');
    },
  });
  const sendFile: RequestHandler<{ name: string }> = (request, response, next) => {
    // `files` uses the whole path, and decodes it.
    request.url = `/${encodeURIComponent(request.params.name)}`;
    files(request, response, next);
  };
  const collectImage: RequestHandler<{ name: string }> = async (request, _response, next) => {
    if (await collect(request.params.name)) next();
    else next(noPicture());
  };
  app.get('/images/:name', sendFile, collectImage, sendFile, (_request, _response, next) => next(noPicture()));
  const removeImage: RequestHandler<{ id: string }> = async (request, response) => {
    requireAdmin(request, adminKey, brake);
    await remove(request.params.id);
    response.status(204).end();
  };
  app.delete('/images/:id', removeImage);
}

const noPicture = (): AppError =>
  new AppError('not_found', 'no such file', { publicMessage: 'There is no picture of this name, or it was removed.' });
