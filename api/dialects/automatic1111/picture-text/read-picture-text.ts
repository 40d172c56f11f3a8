import { sniffMediaType } from '../../../../shared/picture/media-type.ts';
import { findAvifExif, findJpegExif, findWebpExif } from './exif-block.ts';
import { readExifComment } from './exif-comment.ts';
import { readPngTexts } from './png-text.ts';

export interface PictureText {
  /** Texts by keyword. */
  readonly items: Readonly<Record<string, string>>;
  /** AUTOMATIC1111's line of parameters, or an empty text. */
  readonly info: string;
}

/** The texts inside a picture file. Undefined if the bytes are no picture of a known kind. */
export function readPictureText(bytes: Buffer): PictureText | undefined {
  const mediaType = sniffMediaType(bytes);
  switch (mediaType) {
    case undefined:
      return undefined;
    case 'image/png': {
      const items = readPngTexts(bytes);
      return { items, info: items.parameters ?? '' };
    }
    case 'image/jpeg':
      return fromExif(findJpegExif(bytes));
    case 'image/webp':
      return fromExif(findWebpExif(bytes));
    case 'image/avif':
      return fromExif(findAvifExif(bytes));
  }
}

function fromExif(block: Buffer | undefined): PictureText {
  const comment = block && readExifComment(block);
  return comment === undefined ? { items: {}, info: '' } : { items: { 'exif comment': comment }, info: comment };
}
