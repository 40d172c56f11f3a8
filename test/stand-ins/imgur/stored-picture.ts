import { randomInt } from 'node:crypto';
import sharp from 'sharp';

/** A picture as it was stored, and how it was sent. */
export type StoredPicture = {
  /** 7 letters and digits. */
  id: string;
  /** 15 letters and digits, with which the picture can be deleted. */
  deletehash: string;
  bytes: Buffer;
  mediaType: string;
  extension: string;
  width: number;
  height: number;
  title: string | null;
  description: string | null;
  name: string | null;
  /** The bytes as they came, before any conversion. */
  sentBytes: Buffer;
  encoding: 'file' | 'base64' | 'url' | 'none';
  clientId: string;
  link: string;
  isDeleted: boolean;
};

type ImageType = { mediaType: string; extension: string };

const JPEG: ImageType = { mediaType: 'image/jpeg', extension: 'jpg' };
const PNG: ImageType = { mediaType: 'image/png', extension: 'png' };
const GIF: ImageType = { mediaType: 'image/gif', extension: 'gif' };
const TIFF: ImageType = { mediaType: 'image/tiff', extension: 'tiff' };
/** Animated PNG has PNG's own first bytes. WebP and HEIC are not taken. */
const TYPE_BY_MAGIC: [string, ImageType][] = [
  ['ffd8ff', JPEG],
  ['89504e470d0a1a0a', PNG],
  ['47494638', GIF],
  ['49492a00', TIFF],
  ['4d4d002a', TIFF],
];

/** The type by the first bytes, whatever type the client names. Null if the service does not take it. */
export function imageTypeOf(bytes: Buffer): ImageType | null {
  return TYPE_BY_MAGIC.find(([magic]) => bytes.subarray(0, magic.length / 2).toString('hex') === magic)?.[1] ?? null;
}

/** The stored form of an upload. A PNG above the threshold becomes a JPEG, as several clients report. */
export async function convertForStorage(
  sent: Buffer,
  type: ImageType,
  pngConversionBytes: number,
): Promise<ImageType & { bytes: Buffer; width: number; height: number }> {
  const isConverted = type === PNG && sent.length > pngConversionBytes;
  const bytes = isConverted ? await sharp(sent).flatten().jpeg().toBuffer() : sent;
  const { width, height } = await sharp(bytes).metadata();
  return { ...(isConverted ? JPEG : type), bytes, width, height };
}

export function randomName(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** The image object of the API. */
export function toImageData(picture: StoredPicture, storedAtSeconds: number): Record<string, unknown> {
  const { id, deletehash, title, description, name, mediaType, width, height, bytes, link } = picture;
  return {
    id,
    deletehash,
    account_id: null,
    account_url: null,
    ad_type: null,
    ad_url: null,
    title,
    description,
    name,
    type: mediaType,
    width,
    height,
    size: bytes.length,
    views: 0,
    section: null,
    vote: null,
    bandwidth: 0,
    animated: mediaType === 'image/gif',
    favorite: false,
    in_gallery: false,
    in_most_viral: false,
    has_sound: false,
    is_ad: false,
    nsfw: null,
    link,
    tags: [],
    datetime: storedAtSeconds,
    mp4: '',
    hls: '',
    edited: '0',
  };
}
