import { type MediaType, sniffMediaType } from '../../../shared/picture/media-type.ts';

const BASE64_DATA_URL = /^data:[^,]*;base64,/;

/** The bytes of a data URL when they are a whole picture; undefined for anything else, such as an error page. */
export function toWholePicture(dataUrl: unknown): Uint8Array | undefined {
  if (typeof dataUrl !== 'string' || !BASE64_DATA_URL.test(dataUrl)) return undefined;
  const bytes = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
  const mediaType = sniffMediaType(bytes);
  return mediaType !== undefined && IS_WHOLE[mediaType](bytes) ? bytes : undefined;
}

const JPEG_END = Buffer.from([0xff, 0xd9]);
const PNG_END = Buffer.from('IEND', 'latin1');

/**
 * Whether the file reaches its own end, by each format's mark for it. The page does not look at what it downloaded,
 * and a broken download is worth another try; what is inside is checked where pictures are decoded.
 */
const IS_WHOLE: Record<MediaType, (bytes: Buffer) => boolean> = {
  'image/jpeg': (bytes) => bytes.subarray(-2).equals(JPEG_END),
  'image/png': (bytes) => bytes.subarray(-8, -4).equals(PNG_END),
  /** RFC 9649: the RIFF size counts from byte 8. */
  'image/webp': (bytes) => bytes.length >= 12 && bytes.readUInt32LE(4) + 8 <= bytes.length,
  /** The service has never sent one. */
  'image/avif': () => true,
};
