/** Finds the EXIF block of a JPEG, WebP or AVIF file. A file that is cut off or has a wrong length has none. */

export function findJpegExif(bytes: Buffer): Buffer | undefined {
  let offset = 2;
  // ITU T.81, B.1: segments come before the picture itself (SOS).
  while (offset + 4 <= bytes.length && bytes[offset] === 0xff && bytes[offset + 1] !== 0xda) {
    const end = offset + 2 + bytes.readUInt16BE(offset + 2);
    const data = bytes.subarray(offset + 4, end);
    if (bytes[offset + 1] === 0xe1 && data.toString('latin1', 0, 6) === 'Exif\0\0') return data.subarray(6);
    offset = Math.max(end, offset + 4);
  }
  return undefined;
}

export function findWebpExif(bytes: Buffer): Buffer | undefined {
  // RFC 9649, 2.3: each chunk has a name, a length and data, padded to an even length.
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(offset + 4);
    const data = bytes.subarray(offset + 8, offset + 8 + length);
    if (bytes.toString('latin1', offset, offset + 4) === 'EXIF') return withoutPrefix(data);
    offset += 8 + length + (length % 2);
  }
  return undefined;
}

const withoutPrefix = (data: Buffer): Buffer =>
  data.toString('latin1', 0, 6) === 'Exif\0\0' ? data.subarray(6) : data;

/** ISO/IEC 14496-12: `meta` says which item is EXIF (`iinf`) and where it lies in the file (`iloc`). */
export function findAvifExif(bytes: Buffer): Buffer | undefined {
  try {
    const meta = boxesOf(bytes, 0).find(({ type }) => type === 'meta');
    const boxes = meta === undefined ? [] : boxesOf(meta.data, 4);
    const id = readExifId(boxes.find(({ type }) => type === 'iinf')?.data);
    const place = id === undefined ? undefined : readPlace(boxes.find(({ type }) => type === 'iloc')?.data, id);
    if (place === undefined) return undefined;
    const item = bytes.subarray(place.offset, place.offset + place.length);
    // ISO/IEC 23008-12, A.2.1: the first four bytes give the offset of the TIFF header after them.
    return item.subarray(4 + item.readUInt32BE(0));
  } catch {
    // Reading beyond the end of what a stranger sent.
    return undefined;
  }
}

interface Box {
  readonly type: string;
  readonly data: Buffer;
}

const MAX_BOXES = 1000;

function boxesOf(bytes: Buffer, start: number): readonly Box[] {
  const boxes: Box[] = [];
  for (let offset = start; offset + 8 <= bytes.length && boxes.length < MAX_BOXES; ) {
    const size = bytes.readUInt32BE(offset);
    // 0 means up to the end. No file that comes here needs a length of more than 32 bits.
    const end = size === 0 ? bytes.length : offset + Math.max(size, 8);
    boxes.push({ type: bytes.toString('latin1', offset + 4, offset + 8), data: bytes.subarray(offset + 8, end) });
    offset = end;
  }
  return boxes;
}

function readExifId(iinf: Buffer | undefined): number | undefined {
  if (iinf === undefined) return undefined;
  const entries = boxesOf(iinf, iinf[0] === 0 ? 6 : 8);
  for (const { type, data } of entries) {
    const isWide = data[0] === 3;
    // After version and flags come the item's number, two bytes of protection, and its type.
    const at = 4 + (isWide ? 4 : 2) + 2;
    if (type === 'infe' && data.toString('latin1', at, at + 4) === 'Exif')
      return isWide ? data.readUInt32BE(4) : data.readUInt16BE(4);
  }
  return undefined;
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

function readPlace(iloc: Buffer | undefined, id: number): Place | undefined {
  if (iloc === undefined) return undefined;
  const version = iloc.readUInt8(0);
  const sizes = iloc.readUInt16BE(4);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const idSize = version < 2 ? 2 : 4;
  let at = 6;
  const read = (size: number): number => {
    at += size;
    return size === 0 ? 0 : iloc.readUIntBE(at - Math.min(size, 6), Math.min(size, 6));
  };
  const count = read(idSize);
  for (let item = 0; item < Math.min(count, MAX_BOXES); item++) {
    const itemId = read(idSize);
    // Skips the construction method (from version 1 on) and the index of a data reference.
    read(version === 0 ? 2 : 4);
    const base = read(baseSize);
    const extents = read(2);
    for (let extent = 0; extent < Math.min(extents, MAX_BOXES); extent++) {
      read(indexSize);
      const place = { offset: base + read(offsetSize), length: read(lengthSize) };
      if (itemId === id) return place;
    }
  }
  return undefined;
}
