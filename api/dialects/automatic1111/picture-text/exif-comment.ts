import { MAX_TEXT_BYTES } from './png-text.ts';

const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;
const MAX_ENTRIES = 1000;

/** The UserComment of an EXIF block (TIFF 6.0). AUTOMATIC1111 keeps its parameters there in formats other than PNG. */
export function readExifComment(tiff: Buffer): string | undefined {
  try {
    const isLittle = tiff.toString('latin1', 0, 2) === 'II';
    const u16 = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
    const u32 = (at: number): number => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
    const find = (directory: number, tag: number): number | undefined => {
      const count = Math.min(u16(directory), MAX_ENTRIES);
      const entries = Array.from({ length: count }, (_, index) => directory + 2 + 12 * index);
      return entries.find((at) => u16(at) === tag);
    };
    const pointer = find(u32(4), EXIF_DIRECTORY);
    const entry = pointer === undefined ? undefined : find(u32(pointer + 8), USER_COMMENT);
    if (entry === undefined) return undefined;
    const start = u32(entry + 8);
    return toText(tiff.subarray(start, start + Math.min(u32(entry + 4), MAX_TEXT_BYTES)));
  } catch {
    // Reading beyond the end of what a stranger sent.
    return undefined;
  }
}

/** EXIF 2.3, 4.6.5: eight bytes name the encoding. */
function toText(comment: Buffer): string {
  const encoding = comment.toString('latin1', 0, 8);
  const text = comment.subarray(8);
  if (!encoding.startsWith('UNICODE')) return text.toString('utf8').replaceAll('\0', '');
  // piexif writes big-endian text, whatever the block's own order is. A low byte first shows little-endian.
  const isLittle = text[0] !== 0 && text[1] === 0;
  const whole = text.subarray(0, text.length - (text.length % 2));
  return (isLittle ? whole : Buffer.from(whole).swap16()).toString('utf16le');
}
