import sharp from 'sharp';
import type { Metadata } from '../../shared/contract/generation.ts';
import { AppError } from '../../shared/errors.ts';
import { type InfotextOrigin, toInfotext, toSettingsText } from '../../shared/picture/infotext.ts';
import { sniffMediaType } from '../../shared/picture/media-type.ts';
import { toSourceXmp } from './digital-source.ts';
import { insertChunks, toInternationalTextChunk, toTextChunk } from './png-chunks.ts';

const MAX_BYTES = 40 * 1024 * 1024;
const MAX_PIXELS = 40_000_000;
/** Nobody can ask for less, so a service that sends less sends no picture (a tracking pixel, a marker of failure). */
const MIN_SIDE = 16;
/** No engine makes a longer one; a picture of a few rows may have a million columns within all other limits. */
const MAX_SIDE = 16_384;

/** How a picture came about, as it is written into the file. */
export interface PictureOrigin extends Omit<InfotextOrigin, 'width' | 'height'> {
  /** A trained model made it, or a program that was written by hand. */
  readonly isTrained: boolean;
  readonly metadata: Metadata;
}

export interface NormalPicture {
  readonly png: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Whatever file an engine gave, as a PNG that was decoded to its last row, upright, in sRGB, and says how it came
 * about. The same bytes and origin make the same PNG. Throws `engine_failed` for what is no whole picture.
 */
export async function normalise(bytes: Uint8Array, origin: PictureOrigin): Promise<NormalPicture> {
  if (bytes.byteLength > MAX_BYTES) throw broken(`${bytes.byteLength} bytes are over the limit of ${MAX_BYTES}`);
  const mediaType = sniffMediaType(bytes);
  if (mediaType === undefined) throw broken(`${bytes.byteLength} bytes that are no PNG, JPEG, WebP or AVIF`);
  const { data, info } = await convert(bytes).catch((error: unknown) => {
    throw broken(`${mediaType} of ${bytes.byteLength} bytes cannot be decoded`, error);
  });
  const { width, height } = info;
  if (width < MIN_SIDE || height < MIN_SIDE) throw broken(`a picture of ${width}x${height}`);
  const parameters = toParameters({ ...origin, width, height }, origin.metadata);
  const chunks = [
    ...(parameters === undefined ? [] : [toTextChunk('parameters', parameters)]),
    toInternationalTextChunk('XML:com.adobe.xmp', toSourceXmp(origin.isTrained)),
  ];
  return { png: insertChunks(data, chunks), width, height };
}

/** The mark of machine-made media is no part of this: it stays in every case. */
function toParameters(origin: InfotextOrigin, metadata: Metadata): string | undefined {
  if (metadata === 'none') return undefined;
  return metadata === 'full' ? toInfotext(origin) : toSettingsText(origin);
}

const READING = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const;

async function convert(bytes: Uint8Array) {
  const picture = sharp(bytes, READING).autoOrient();
  const { hasAlpha, width, height } = await picture.metadata();
  if (Math.max(width, height) > MAX_SIDE) throw new Error(`a picture of ${width}x${height}`);
  // A screenshot or canvas has an alpha channel that says nothing: a quarter of the bytes for nothing.
  if (hasAlpha && (await isOpaque(bytes))) picture.removeAlpha();
  // These two settings are smaller and faster than the defaults: 803 for 1378 KB, 33 for 37 ms at 768x768.
  return picture.png({ compressionLevel: 2, adaptiveFiltering: true }).toBuffer({ resolveWithObject: true });
}

/** sharp's own `stats` works out much more about all channels, which takes longer than the whole conversion. */
async function isOpaque(bytes: Uint8Array): Promise<boolean> {
  const alpha = await sharp(bytes, READING).extractChannel('alpha').toColourspace('b-w').raw().toBuffer();
  return alpha.equals(Buffer.alloc(alpha.length, 255));
}

function broken(internalMessage: string, cause?: unknown): AppError {
  return new AppError('engine_failed', `the picture that came is broken: ${internalMessage}`, {
    publicMessage: 'The picture service sent a picture that is broken.',
    cause,
  });
}
