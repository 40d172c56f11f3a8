import type { FileHandle } from 'node:fs/promises';

/** The file of a finished picture, read piece by piece as it is sent: many of them whole would fill the memory. */
export interface PictureContent {
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** The first kilobytes, where the file's metadata is. */
  readonly head: Buffer;
  /** All of it, in pieces whose length is a multiple of three but for the last. */
  read(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** A multiple of three, so that each piece is base64 by itself. */
const PIECE_BYTES = 48 * 1024;
/** A picture's settings stand in its first few kilobytes. */
const HEAD_BYTES = 256 * 1024;

/** The file may be removed meanwhile: an open one stays readable. */
export async function openContent(file: FileHandle, mediaType: string): Promise<PictureContent> {
  const { size } = await file.stat();
  const readAt = async (position: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  };
  return {
    mediaType,
    size,
    head: await readAt(0, Math.min(HEAD_BYTES, size)),
    async *read() {
      for (let at = 0; at < size; at += PIECE_BYTES) yield readAt(at, Math.min(PIECE_BYTES, size - at));
    },
    close: () => file.close(),
  };
}

/** For a picture that is on no disk of this gateway. */
export function toContent(bytes: Buffer, mediaType: string): PictureContent {
  return {
    mediaType,
    size: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
    async *read() {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    },
    close: async () => undefined,
  };
}
