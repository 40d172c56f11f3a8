import { PNG_SIGNATURE } from '../../shared/picture/media-type.ts';
import { AFTER_HEADER } from './png-chunks.ts';

/** A PNG (ISO/IEC 15948) whose pixels can be handed on as they are, so that nobody compresses them a second time. */

/** Header: width, height, then 8 bits, true colour, the only compression and filter methods, not interlaced. */
const AFTER_SIZE = Buffer.from([8, 2, 0, 0, 0]);
const SIZE_BYTES = 8;
/** They say nothing about the pixels. Any other chunk could change how they look, or hold a second picture. */
const DROPPED: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt', 'tIME', 'pHYs', 'sRGB']);
/** Length, type and checksum around a chunk's data. */
const FRAME_BYTES = 12;
/** Encoders write chunks of 4 kB and more. While it looked at the three million that 40 MB can hold, every job would wait. */
const MAX_CHUNKS = 20_000;
const END = Buffer.from('0000000049454e44ae426082', 'hex');

/**
 * The same picture with nothing but its header and its pixels, byte for byte. Undefined if it is no whole PNG of opaque
 * 8-bit RGB, or has more chunks than encoders write. Checksums and compressed data are not looked at.
 */
export function toPlainPng(bytes: Uint8Array): Buffer | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isRgb = file.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE) && hasRgbHeader(file);
  const pixels = isRgb ? findPixels(file) : undefined;
  return pixels && Buffer.concat([file.subarray(0, AFTER_HEADER), pixels, END]);
}

function hasRgbHeader(file: Buffer): boolean {
  const data = PNG_SIGNATURE.length + 8;
  return (
    file.length > AFTER_HEADER &&
    file.toString('latin1', data - 4, data) === 'IHDR' &&
    file.subarray(data + SIZE_BYTES, data + SIZE_BYTES + AFTER_SIZE.length).equals(AFTER_SIZE)
  );
}

/** All chunks of pixels, if no other chunk stands between them: the decoder overlooks one behind the last pixel. */
function findPixels(file: Buffer): Buffer | undefined {
  let pixelsStart: number | undefined;
  let pixelsEnd: number | undefined;
  let start = AFTER_HEADER;
  for (let count = 0; count < MAX_CHUNKS && start + FRAME_BYTES <= file.length; count += 1) {
    const end = start + FRAME_BYTES + file.readUInt32BE(start);
    const type = file.toString('latin1', start + 4, start + 8);
    if (type === 'IEND') return pixelsStart === undefined ? undefined : file.subarray(pixelsStart, pixelsEnd);
    if (type === 'IDAT') {
      pixelsStart ??= start;
      if (start !== (pixelsEnd ?? start)) return undefined;
      pixelsEnd = end;
    } else if (!DROPPED.has(type)) return undefined;
    start = end;
  }
  return undefined;
}
