/** The picture formats that Easel can hand out. */
export const FORMATS = ['png', 'jpeg', 'webp', 'avif'] as const;
export type Format = (typeof FORMATS)[number];
export type MediaType = `image/${Format}`;

export const toMediaType = (format: Format): MediaType => `image/${format}`;

const EXTENSIONS: Record<MediaType, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

export const toExtension = (mediaType: MediaType): string => EXTENSIONS[mediaType];

export function fromExtension(extension: string): MediaType | undefined {
  const found = Object.entries(EXTENSIONS).find(([, known]) => known === extension);
  return found?.[0] as MediaType | undefined;
}

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * The media type by the first bytes; a declared type is never trusted.
 * Signatures: PNG ISO/IEC 15948, JPEG ITU T.81, WebP RFC 9649, AVIF (ISO BMFF brand `avif` or `avis`).
 */
export function sniffMediaType(bytes: Uint8Array): MediaType | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 32));
  if (head.subarray(0, 8).equals(PNG_SIGNATURE)) return 'image/png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  if (head.toString('latin1', 4, 8) === 'ftyp' && /avi[fs]/.test(head.toString('latin1', 8, 32))) return 'image/avif';
  return undefined;
}
