const USER_COMMENT = 0x9286;
const EXIF_DIRECTORY = 0x8769;
const LONG = 4;
const UNDEFINED = 7;
/** Two directories of one entry each: 2 bytes of count, 12 of entry, 4 for "no next one". */
const DIRECTORY_BYTES = 18;
const HEADER_BYTES = 8;

/**
 * An EXIF block (TIFF 6.0, big-endian) that holds only a UserComment in UTF-16. AUTOMATIC1111 puts its `parameters` there
 * in JPEG, WebP and AVIF. It uses piexif, which reads the text as big-endian.
 */
export function toExifComment(text: string): Buffer {
  const comment = Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), Buffer.from(text, 'utf16le').swap16()]);
  const header = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, HEADER_BYTES]);
  const exifAt = HEADER_BYTES + DIRECTORY_BYTES;
  const main = toDirectory(EXIF_DIRECTORY, LONG, 1, exifAt);
  const exif = toDirectory(USER_COMMENT, UNDEFINED, comment.length, exifAt + DIRECTORY_BYTES);
  return Buffer.concat([header, main, exif, comment]);
}

function toDirectory(tag: number, type: number, count: number, value: number): Buffer {
  const directory = Buffer.alloc(DIRECTORY_BYTES);
  directory.writeUInt16BE(1, 0);
  directory.writeUInt16BE(tag, 2);
  directory.writeUInt16BE(type, 4);
  directory.writeUInt32BE(count, 6);
  directory.writeUInt32BE(value, 10);
  return directory;
}
