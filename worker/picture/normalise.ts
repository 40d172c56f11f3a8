import sharp from 'sharp';
import type { Metadata } from '../../shared/contract/generation.ts';
import { AppError } from '../../shared/errors.ts';
import { type InfotextOrigin, toInfotext, toSettingsText } from '../../shared/picture/infotext.ts';
import { sniffMediaType } from '../../shared/picture/media-type.ts';
import type { ConvertedPicture, PictureOrigin } from './conversion.ts';
import { toSourceXmp } from './digital-source.ts';
import { toPlainPng } from './plain-png.ts';
import { insertChunks, toInternationalTextChunk, toTextChunk } from './png-chunks.ts';
import { PNG_SETTINGS } from './png-settings.ts';

const MAX_BYTES = 40 * 1024 * 1024;
const MAX_PIXELS = 40_000_000;
/** No request can ask for a smaller picture. A smaller one is a tracking pixel or a marker of failure. */
const MIN_SIDE = 16;
/** No engine makes a longer side. Without this limit a picture of a few rows could have a million columns. */
const MAX_SIDE = 16_384;

/**
 * Turns an engine's file into a PNG: fully decoded, upright, in sRGB, with words about how it was made. The same bytes and
 * origin give the same PNG. Throws `engine_failed` if the file is not a whole picture.
 */
export async function normalise(bytes: Uint8Array, origin: PictureOrigin): Promise<ConvertedPicture> {
  if (bytes.byteLength > MAX_BYTES) throw broken(`${bytes.byteLength} bytes are over the limit of ${MAX_BYTES}`);
  const mediaType = sniffMediaType(bytes);
  if (mediaType === undefined) throw broken(`${bytes.byteLength} bytes that are no PNG, JPEG, WebP or AVIF`);
  const { png, width, height } = await toPng(bytes).catch((error: unknown) => {
    throw broken(`${mediaType} of ${bytes.byteLength} bytes cannot be decoded`, error);
  });
  if (width < MIN_SIDE || height < MIN_SIDE) throw broken(`a picture of ${width}x${height}`);
  const parameters = toParameters({ ...origin, width, height }, origin.metadata);
  const chunks = [
    ...(parameters === undefined ? [] : [toTextChunk('parameters', parameters)]),
    toInternationalTextChunk('XML:com.adobe.xmp', toSourceXmp(origin.isTrained)),
  ];
  return { bytes: insertChunks(png, chunks), width, height };
}

/** The mark of machine-made media is added elsewhere, in every case. */
function toParameters(origin: InfotextOrigin, metadata: Metadata): string | undefined {
  if (metadata === 'none') return undefined;
  return metadata === 'full' ? toInfotext(origin) : toSettingsText(origin);
}

const READING = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const;

interface DecodedPicture {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

async function toPng(bytes: Uint8Array): Promise<DecodedPicture> {
  const picture = sharp(bytes, READING).autoOrient();
  const { hasAlpha, width, height } = await picture.metadata();
  if (Math.max(width, height) > MAX_SIDE) throw new Error(`a picture of ${width}x${height}`);
  const plain = toPlainPng(bytes);
  if (plain !== undefined) {
    await decode(plain);
    return { png: plain, width, height };
  }
  // Screenshots and canvases have an opaque alpha channel, which would be a quarter of the bytes.
  if (hasAlpha && (await isOpaque(bytes))) picture.removeAlpha();
  const { data, info } = await picture.png(PNG_SETTINGS).toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}

/** Throws if any pixel cannot be read. One channel is a third of the memory. */
async function decode(png: Buffer): Promise<void> {
  await sharp(png, READING).extractChannel('red').raw().toBuffer();
}

/** sharp's own `stats` computes much more about all channels and takes longer than the whole conversion. */
async function isOpaque(bytes: Uint8Array): Promise<boolean> {
  const alpha = await sharp(bytes, READING).extractChannel('alpha').toColourspace('b-w').raw().toBuffer();
  return alpha.equals(Buffer.alloc(alpha.length, 255));
}

function broken(internalMessage: string, cause?: unknown): AppError {
  return new AppError('engine_failed', `the engine's picture is broken: ${internalMessage}`, {
    publicMessage: 'The picture service sent a picture that is broken.',
    cause,
  });
}
