import type { Request, Response } from 'express';
import { textQuery } from './api-verification.ts';
import { sendHtml } from './replies.ts';
import type { Service } from './service.ts';

const LINK_LIFETIME_MS = 5 * 60_000;

/** `GET /downloadTemporaryImageViaProxy?t=v1.<token>`: the bytes, once. */
export async function downloadTemporaryImageViaProxy(
  service: Service,
  request: Request,
  response: Response,
): Promise<void> {
  const { t: token = '' } = textQuery(request);
  const picture = service.downloads.find(token);
  const { download } = service.behaviour();
  switch (download) {
    case 'forbidden':
      return plain(response, 403, 'expired');
    case 'missing':
      return plain(response, 404, 'not found');
    case 'html':
      return sendHtml(response, 200, '<!doctype html><title>Perchance</title><p>Please try again later.</p>');
    case 'hang':
      await service.waits.wait(Number.POSITIVE_INFINITY);
      request.socket.destroy();
      return;
    case 'bytes':
    case 'truncated': {
      if (!picture) return plain(response, 403, 'expired');
      service.downloads.remove(token);
      response.set({
        'X-Perchance-Proxy-Backend': 'stand-in',
        'X-Image-Sha256': picture.imageId,
        'X-Expires-At': new Date(Date.now() + LINK_LIFETIME_MS).toISOString(),
      });
      const { bytes, mediaType } = picture;
      response.type(mediaType).send(download === 'bytes' ? bytes : bytes.subarray(0, bytes.length / 2));
      return;
    }
  }
}

function plain(response: Response, httpStatus: number, text: string): void {
  response.status(httpStatus).type('text/plain').send(text);
}
