import type { Format } from '../../shared/picture/media-type.ts';
import { encode } from '../../worker/picture/encode.ts';

/** The bytes of a PNG of `normalise` in that format. */
export const encodeAs = async (png: Buffer, format: Format): Promise<Buffer> =>
  format === 'png' ? png : (await encode(png, format)).bytes;
