import { createHash } from 'node:crypto';
import sharp from 'sharp';

/** The request from which a picture is painted. */
export type PictureRequest = {
  prompt: string;
  negativePrompt: string;
  /** The seed that was used, never -1. */
  seed: number;
  guidanceScale: number;
  /** `<width>x<height>` in pixels. */
  resolution: string;
};

/** The picture's 64 bits are painted as 8 rows of 8 blocks, the highest bit first. */
export const BLOCKS_PER_SIDE = 8;
const SAMPLES_PER_BLOCK = 8;
const MIDDLE_GREY = 128;
/** Lossy codecs move a block's mean by a few levels; the painted blocks are about 95 levels from the middle. */
const CLEAR_DISTANCE = 50;

/** 16 hexadecimal digits that depend on every field of the request. */
export function fingerprintOf(request: PictureRequest): string {
  const { prompt, negativePrompt, seed, guidanceScale, resolution } = request;
  const inputs = JSON.stringify([prompt, negativePrompt, seed, guidanceScale, resolution]);
  return createHash('sha256').update(inputs).digest('hex').slice(0, 16);
}

/**
 * Reads the fingerprint back from a picture in any format and scale.
 * @throws if a block is neither dark nor light, because this stand-in did not paint the picture
 */
export async function readFingerprint(imageBytes: Uint8Array): Promise<string> {
  const side = BLOCKS_PER_SIDE * SAMPLES_PER_BLOCK;
  const { data } = await sharp(imageBytes)
    .flatten()
    .greyscale()
    .resize(side, side, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });

  let bits = 0n;
  for (let row = 0; row < BLOCKS_PER_SIDE; row += 1) {
    for (let column = 0; column < BLOCKS_PER_SIDE; column += 1) {
      const mean = meanOfBlockMiddle(data, row, column);
      if (Math.abs(mean - MIDDLE_GREY) < CLEAR_DISTANCE) {
        throw new Error(`no fingerprint: block ${row}/${column} has the mean ${Math.round(mean)}`);
      }
      bits = (bits << 1n) | (mean > MIDDLE_GREY ? 1n : 0n);
    }
  }
  return bits.toString(16).padStart(16, '0');
}

/** The block's edge is left out, because resizing and chroma subsampling mix it with its neighbours. */
function meanOfBlockMiddle(grey: Uint8Array, row: number, column: number): number {
  const margin = SAMPLES_PER_BLOCK / 4;
  const width = BLOCKS_PER_SIDE * SAMPLES_PER_BLOCK;
  let sum = 0;
  let count = 0;
  for (let y = margin; y < SAMPLES_PER_BLOCK - margin; y += 1) {
    for (let x = margin; x < SAMPLES_PER_BLOCK - margin; x += 1) {
      sum += grey[(row * SAMPLES_PER_BLOCK + y) * width + column * SAMPLES_PER_BLOCK + x] ?? 0;
      count += 1;
    }
  }
  return sum / count;
}
