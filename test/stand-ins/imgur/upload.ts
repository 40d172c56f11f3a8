import type { Request, Response } from 'express';
import { failure, imgurException, modes } from './modes.ts';
import { clientIdOf, type Service, sendData, sendFailure } from './service.ts';
import { convertForStorage, imageTypeOf, randomName, type StoredPicture, toImageData } from './stored-picture.ts';
import { toUploadForm, type UploadForm } from './upload-form.ts';

const ID_LENGTH = 7;
const DELETEHASH_LENGTH = 15;

/** `POST /3/image` and `/3/upload`. */
export async function upload(service: Service, request: Request, response: Response): Promise<void> {
  const behaviour = service.takeTurn() ? service.behaviour() : null;
  if (behaviour?.reset === 'before') {
    request.socket.resetAndDestroy();
    return;
  }
  if (behaviour?.failure) return sendFailure(service, response, behaviour.failure);
  const exhausted = service.credits.exhausted();
  if (exhausted === 'client') return sendFailure(service, response, modes.jsonapi429.failure);
  if (exhausted === 'user') return sendFailure(service, response, modes.toofast429.failure);

  service.credits.spend('upload');
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const picture = await store(service, request, await toUploadForm(request.get('content-type') ?? '', body));
  if ('httpStatus' in picture) return sendFailure(service, response, picture);

  const { link, ...withoutLink } = toImageData(picture, Math.floor(Date.now() / 1000));
  const data = behaviour?.omitsLink ? withoutLink : { ...withoutLink, link };
  if (behaviour?.uploadMs && !(await service.waits.wait(behaviour.uploadMs))) {
    request.socket.destroy();
    return;
  }
  if (behaviour?.reset === 'mid_reply') return cutReply(request, response, data);
  sendData(service, response, data);
}

async function store(
  service: Service,
  request: Request,
  form: UploadForm,
): Promise<StoredPicture | ReturnType<typeof failure>> {
  const target = { request: request.originalUrl, method: 'POST' };
  const { bytes: sentBytes, encoding, title, description, name } = form;
  if (!sentBytes) return failure(400, 'No image data was sent to the upload api', target);
  if (sentBytes.length > service.limits.maxBytes) return failure(400, 'File is over the size limit', target);
  const type = imageTypeOf(sentBytes);
  if (!type) return failure(400, imgurException(1003, 'File type invalid (1)'), target);

  const kept = await convertForStorage(sentBytes, type, service.limits.pngConversionBytes).catch(() => null);
  // Only the first bytes are those of a picture.
  if (!kept) return failure(400, imgurException(1003, 'File type invalid (2)'), target);
  const id = randomName(ID_LENGTH);
  const picture: StoredPicture = {
    ...kept,
    id,
    deletehash: randomName(DELETEHASH_LENGTH),
    title,
    description,
    name,
    sentBytes,
    encoding,
    clientId: clientIdOf(request) ?? '',
    link: `${service.origin()}/i/${id}.${kept.extension}`,
    isDeleted: false,
  };
  service.pictures.push(picture);
  return picture;
}

/** Sends half of the reply and closes the connection, so that the client cannot know that the picture is stored. */
function cutReply(request: Request, response: Response, data: unknown): void {
  const reply = JSON.stringify({ data, success: true, status: 200 });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(reply) });
  response.write(reply.slice(0, reply.length / 2), () => request.socket.destroy());
}
