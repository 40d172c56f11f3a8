import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import type { Encoded, OutcomePicture } from '../dialects/dialect.ts';
import type { PictureContent } from '../jobs/pictures/content.ts';

/**
 * Pictures inside an answer. A dialect puts a mark where the base64 of a picture belongs. The answer is then written in
 * pieces from the disk, as fast as the client reads it, so that no picture is in memory as a whole.
 */
export interface AnswerPictures {
  readonly pictures: readonly OutcomePicture[];
  /** The content of the picture that is this whole body. Undefined if the body is not one of these pictures. */
  contentOf(body: unknown): PictureContent | undefined;
  /** Length of the text in bytes after the pictures were put into it. */
  measure(text: string): number;
  /** The text with the pictures instead of their marks, in pieces. */
  readonly fill: (text: string) => AsyncIterable<string>;
}

const END_OF_MARK = ';';

export function createAnswerPictures(contents: readonly PictureContent[]): AnswerPictures {
  // It cannot be guessed, so no prompt contains it.
  const mark = `picture-${randomUUID()}-`;
  const pictures = contents.map(({ mediaType, head }, index) => {
    return { mediaType, head, base64: `${mark}${index}${END_OF_MARK}` };
  });
  const parts = (text: string): (string | PictureContent)[] => {
    const [first = '', ...rest] = text.split(mark);
    const filled = rest.flatMap((part) => {
      const end = part.indexOf(END_OF_MARK);
      const content = contents[Number(part.slice(0, end))];
      return content === undefined ? [part] : [content, part.slice(end + 1)];
    });
    return [first, ...filled];
  };
  return {
    pictures,
    contentOf: (body) => contents[pictures.findIndex((picture) => Object.is(picture, body))],
    measure: (text) =>
      parts(text).reduce(
        (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : 4 * Math.ceil(part.size / 3)),
        0,
      ),
    async *fill(text) {
      for (const part of parts(text)) {
        if (typeof part === 'string') yield part;
        else for await (const piece of part.read()) yield piece.toString('base64');
      }
    },
  };
}

/** Waits for a slow client before it reads more. `listen` closes the connection of a client that reads nothing. */
export async function writePieces(response: Response, pieces: AsyncIterable<string | Buffer>): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed || response.writableEnded) return;
    if (!response.write(piece)) await untilTaken(response);
  }
}

function untilTaken(response: Response): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    response.off('drain', done);
    response.off('close', done);
    resolve();
  };
  response.once('drain', done);
  response.once('close', done);
  return response.destroyed ? Promise.resolve() : promise;
}

/** Sends an answer with pictures, as fast as the client reads it. */
export async function sendPictures(response: Response, encoded: Encoded, answer: AnswerPictures): Promise<void> {
  const { status, headers, body } = encoded;
  const content = answer.contentOf(body);
  const text = content === undefined ? JSON.stringify(body) : '';
  response.status(status).set({
    'Cache-Control': 'no-store',
    ...(content === undefined && { 'Content-Type': 'application/json; charset=utf-8' }),
    'Content-Length': String(content?.size ?? answer.measure(text)),
    ...headers,
  });
  // The caller's copy is still right.
  if (content !== undefined && response.req.fresh) {
    for (const name of ['Content-Type', 'Content-Length']) response.removeHeader(name);
    response.status(304).end();
    return;
  }
  await writePieces(response, content?.read() ?? answer.fill(text));
  response.end();
}
