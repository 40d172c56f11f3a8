/** Reads the texts inside a PNG, JPEG or WebP file, keyed by their names. */

const latin = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/** Settings of a picture are shorter. */
const MAX_TEXT_BYTES = 4_000_000;

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Map<string, string>>} */
export async function readChunks(bytes) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  if (bytes[0] === 0x89) await readPng(bytes, texts);
  else if (bytes[0] === 0xff) readJpeg(bytes, texts);
  else if (latin.decode(bytes.subarray(0, 4)) === 'RIFF') readWebp(bytes, texts);
  // Content Credentials are binary, but their words are readable.
  const mark = /digitalsourcetype\/\w{1,60}/i.exec(latin.decode(bytes.subarray(0, MAX_TEXT_BYTES)));
  if (mark !== null) texts.set('mark', mark[0]);
  return texts;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Map<string, string>} texts */
async function readPng(bytes, texts) {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = latin.decode(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'tEXt' || type === 'zTXt' || type === 'iTXt') await readText(type, data, texts);
    if (type === 'eXIf') readExif(data, texts);
    at += length + 12;
  }
}

/** @param {string} type @param {Uint8Array<ArrayBuffer>} data @param {Map<string, string>} texts */
async function readText(type, data, texts) {
  const end = data.indexOf(0);
  const name = latin.decode(data.subarray(0, end));
  if (type === 'tEXt') texts.set(name, latin.decode(data.subarray(end + 1)));
  if (type === 'zTXt') texts.set(name, latin.decode(await inflate(data.subarray(end + 2))));
  if (type !== 'iTXt') return;
  const language = data.indexOf(0, end + 3);
  const body = data.subarray(data.indexOf(0, language + 1) + 1);
  texts.set(name, utf8.decode(data[end + 1] === 1 ? await inflate(body) : body));
}

/** Limited, because a small file may inflate to more than the browser's memory. @param {Uint8Array<ArrayBuffer>} data */
async function inflate(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'));
  const pieces = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > MAX_TEXT_BYTES) break;
    pieces.push(piece);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Map<string, string>} texts */
function readJpeg(bytes, texts) {
  const view = viewOf(bytes);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    const length = view.getUint16(at + 2);
    const data = bytes.subarray(at + 4, at + 2 + length);
    const head = latin.decode(data.subarray(0, 29));
    if (head.startsWith('Exif\0\0')) readExif(data.subarray(6), texts);
    if (head.startsWith('http://ns.adobe.com/xap/1.0/')) texts.set('XML:com.adobe.xmp', utf8.decode(data.subarray(29)));
    if (bytes[at + 1] === 0xfe) texts.set('Comment', utf8.decode(data));
    at += length + 2;
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Map<string, string>} texts */
function readWebp(bytes, texts) {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const type = latin.decode(bytes.subarray(at, at + 4));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'EXIF') readExif(latin.decode(data.subarray(0, 4)) === 'Exif' ? data.subarray(6) : data, texts);
    if (type === 'XMP ') texts.set('XML:com.adobe.xmp', utf8.decode(data));
    at += 8 + length + (length % 2);
  }
}

const EXIF_POINTER = 0x8769;
/** @type {Record<number, string>} */
const TAGS = { 270: 'ImageDescription', 271: 'Make', 272: 'Model', 305: 'Software', 37510: 'UserComment' };
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];

/** @param {Uint8Array<ArrayBuffer>} data TIFF @param {Map<string, string>} texts */
function readExif(data, texts) {
  if (data.length < 8) return;
  const view = viewOf(data);
  const little = data[0] === 0x49;
  const open = [view.getUint32(4, little)];
  const seen = new Set();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at) || at + 2 > data.length) continue;
    seen.add(at);
    const count = view.getUint16(at, little);
    for (let entry = at + 2; entry < at + 2 + count * 12 && entry + 12 <= data.length; entry += 12) {
      const tag = view.getUint16(entry, little);
      const length = view.getUint32(entry + 4, little) * (SIZES[view.getUint16(entry + 2, little)] ?? 1);
      const start = length > 4 ? view.getUint32(entry + 8, little) : entry + 8;
      if (tag === EXIF_POINTER) open.push(view.getUint32(entry + 8, little));
      const name = TAGS[tag];
      if (name === undefined || start + length > data.length) continue;
      readTag(name, data.subarray(start, start + length), little, texts);
    }
  }
}

/** ComfyUI writes `prompt:{…}` and `workflow:{…}` into Make and Model of a WebP. @param {string} name @param {Uint8Array<ArrayBuffer>} bytes @param {boolean} little @param {Map<string, string>} texts */
function readTag(name, bytes, little, texts) {
  const text = name === 'UserComment' ? readComment(bytes, little) : utf8.decode(bytes);
  const clean = text.replace(/\0+$/, '');
  const [, inner = '', rest = ''] = /^(prompt|workflow):(.*)$/s.exec(clean) ?? [];
  texts.set(inner === '' ? name : inner, inner === '' ? clean : rest);
}

/** The first eight bytes name the encoding. @param {Uint8Array<ArrayBuffer>} bytes @param {boolean} little */
function readComment(bytes, little) {
  const body = bytes.subarray(8);
  if (!latin.decode(bytes.subarray(0, 8)).startsWith('UNICODE')) return utf8.decode(body);
  // The byte order of many files differs from their header, so it is guessed: Latin letters have a zero byte on one side.
  const zeros = [0, 0];
  for (const [index, byte] of body.subarray(0, 400).entries())
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [first = 0, second = 0] = zeros;
  const isLittle = first === second ? little : second > first;
  return new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(body);
}
