import sharp from 'sharp';
import { PNG_SETTINGS } from '../../picture/png-settings.ts';
import type { RgbPicture } from './pipeline/decode-picture.ts';

/** A latent has an eighth of the picture's width. A preview of half the width shows enough. */
const PREVIEW_SCALE = 4;
const PREVIEW_QUALITY = 80;

const open = ({ rgb, width, height }: RgbPicture) => sharp(rgb, { raw: { width, height, channels: 3 } });

/** The worker hands it on as it is. */
export const toPng = (picture: RgbPicture): Promise<Buffer> => open(picture).png(PNG_SETTINGS).toBuffer();

export async function toJpegPreview(preview: RgbPicture): Promise<Buffer> {
  const size = { width: preview.width * PREVIEW_SCALE, height: preview.height * PREVIEW_SCALE };
  return open(preview).resize(size).jpeg({ quality: PREVIEW_QUALITY }).toBuffer();
}
