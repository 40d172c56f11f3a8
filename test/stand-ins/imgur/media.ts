import type { Request, Response } from 'express';
import sharp from 'sharp';
import type { Service } from './service.ts';

/** `GET /i/<id>.<ext>`: what i.imgur.com serves. */
export function sendMedia(service: Service, request: Request, response: Response): void {
  const [id] = String(request.params.file).split('.');
  const picture = service.pictures.find((candidate) => candidate.id === id);
  const { media } = service.behaviour();
  switch (media) {
    case 'rate_limited':
      response.status(429).type('text/plain').send('Too Many Requests');
      return;
    case 'forbidden':
      response.status(403).type('text/plain').send('Forbidden');
      return;
    case 'removed':
      response.redirect('/removed.png');
      return;
    case 'bytes':
      // A removed picture has no 404 but redirects to a picture that says so.
      if (!picture || picture.isDeleted) response.redirect('/removed.png');
      else response.set('Cache-Control', 'public, max-age=31536000').type(picture.mediaType).send(picture.bytes);
      return;
  }
}

/** The picture that replaces a removed one: 161 by 81 pixels. */
export async function sendRemoved(_request: Request, response: Response): Promise<void> {
  const blank = sharp({ create: { width: 161, height: 81, channels: 3, background: '#222222' } });
  response.type('png').send(await blank.png().toBuffer());
}
