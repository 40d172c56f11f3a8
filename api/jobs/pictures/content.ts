import type { FileHandle } from 'node:fs/promises';

/** The file of a picture, read in pieces while it is sent, because many whole files would fill the memory. */
export interface PictureContent {
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  /** The first kilobytes, where the file's metadata is. */
  readonly head: Buffer;
  /** Yields the whole file in pieces. The length of each, except the last, is a multiple of three. */
  read(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** A multiple of three, so that each piece can be encoded as base64 separately. */
const PIECE_BYTES = 48 * 1024;
/** A picture's settings are in its first few kilobytes. */
const HEAD_BYTES = 256 * 1024;

/** The file may be removed while it is open. It stays readable. */
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

/** The content of a picture that is not on this gateway's disk. */
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
