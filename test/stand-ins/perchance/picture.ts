import sharp from 'sharp';
import { BLOCKS_PER_SIDE, fingerprintOf, type PictureRequest } from './fingerprint.ts';

export type PictureFormat = 'jpeg' | 'webp';

const DARK = 33;
const LIGHT = 222;
/** Gives files of the sizes seen on the real service: 37 to 66 kB at 512 pixels, 104 to 163 kB at 768. */
const GRAIN = 15;
const JPEG_QUALITY = 84;

/** Paints the fingerprint of a request as dark and light blocks under a fine grain. Same request, same bytes. */
export async function paintPicture(request: PictureRequest, format: PictureFormat): Promise<Buffer> {
  const [width = 0, height = 0] = request.resolution.split('x').map(Number);
  const fingerprint = fingerprintOf(request);
  const bits = BigInt(`0x${fingerprint}`)
    .toString(2)
    .padStart(BLOCKS_PER_SIDE ** 2, '0');
  const nextGrain = createGrain(Number.parseInt(fingerprint.slice(0, 8), 16));

  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = Math.floor((y * BLOCKS_PER_SIDE) / height);
    for (let x = 0; x < width; x += 1, at += 3) {
      const column = Math.floor((x * BLOCKS_PER_SIDE) / width);
      const level = (bits[row * BLOCKS_PER_SIDE + column] === '1' ? LIGHT : DARK) + nextGrain();
      pixels[at] = level;
      pixels[at + 1] = level + 4;
      pixels[at + 2] = level - 4;
    }
  }
  const painted = sharp(pixels, { raw: { width, height, channels: 3 } });
  return format === 'webp'
    ? painted.webp({ quality: JPEG_QUALITY }).toBuffer()
    : painted.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:2:0', progressive: false }).toBuffer();
}

/** A xorshift generator: the same grain for the same fingerprint on every machine. */
function createGrain(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * (2 * GRAIN + 1)) - GRAIN;
  };
}
