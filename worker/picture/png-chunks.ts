import { crc32 } from 'node:zlib';

/** PNG (ISO/IEC 15948): the signature, then IHDR with 13 bytes of data; text may follow at once. */
export const AFTER_HEADER = 8 + 12 + 13;
const PRINTABLE_ASCII = /^[\t\n\r\x20-\x7e]*$/;

export function insertChunks(png: Buffer, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, AFTER_HEADER), ...chunks, png.subarray(AFTER_HEADER)]);
}

/**
 * A keyword with its text. Plain ASCII becomes `tEXt`, which every program that reads prompts knows. Other text becomes
 * `iTXt` (UTF-8), as with Pillow and so AUTOMATIC1111.
 */
export function toTextChunk(keyword: string, text: string): Buffer {
  // Both chunks end a string with NUL.
  const clean = text.replaceAll('\0', '').toWellFormed();
  if (PRINTABLE_ASCII.test(clean)) return toChunk('tEXt', Buffer.from(`${keyword}\0${clean}`, 'latin1'));
  return toInternationalTextChunk(keyword, clean);
}

/** Not compressed, without language and translated keyword. */
export function toInternationalTextChunk(keyword: string, text: string): Buffer {
  return toChunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]));
}

export function toChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
