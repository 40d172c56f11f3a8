import { createHash } from 'node:crypto';
import sharp from 'sharp';

const CELLS = 8;

/** A picture of this size whose cells show the hash of `meaning`. The same meaning gives the same bytes. */
export function pictureOf(
  meaning: unknown,
  size: { readonly width: number; readonly height: number },
  format: 'png' | 'jpeg' | 'webp' = 'png',
): Promise<Buffer> {
  const hash = createHash('shake256', { outputLength: CELLS * CELLS * 3 });
  const cells = hash.update(JSON.stringify(meaning)).digest();
  return sharp(cells, { raw: { width: CELLS, height: CELLS, channels: 3 } })
    .resize(size.width, size.height, { kernel: 'nearest', fit: 'fill' })
    .toFormat(format)
    .toBuffer();
}
