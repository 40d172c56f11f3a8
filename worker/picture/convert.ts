import sharp from 'sharp';
import { sniffMediaType } from '../../shared/picture/media-type.ts';
import type { Conversion, ConvertedPicture } from './conversion.ts';
import { encode } from './encode.ts';
import { normalise } from './normalise.ts';

// libvips keeps its last results for equal calls. No picture is converted twice, so that would only hold memory.
sharp.cache(false);

export const convert = (conversion: Conversion): Promise<ConvertedPicture> =>
  conversion.kind === 'normalise'
    ? normalise(conversion.bytes, conversion.origin)
    : encode(conversion.png, conversion.format);

/** What the file's header says. 0 if it is no picture of a kind that `normalise` takes: sharp itself would also parse SVG. */
export async function countPixels(bytes: Uint8Array): Promise<number> {
  if (sniffMediaType(bytes) === undefined) return 0;
  try {
    const { width, height } = await sharp(bytes).metadata();
    return width * height;
  } catch {
    // `normalise` says what is wrong with it.
    return 0;
  }
}
