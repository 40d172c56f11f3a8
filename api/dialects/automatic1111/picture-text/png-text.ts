import { inflateSync } from 'node:zlib';

/** Text chunks of a PNG (ISO/IEC 15948, 11.3.3), from which other tools read prompt and seed. */

const SIGNATURE_BYTES = 8;
/** Limit for all texts of a picture together after inflation: a stranger's file of 100 kB may inflate to gigabytes. */
export const MAX_TEXT_BYTES = 1_000_000;
/** Real pictures have only a few texts. */
const MAX_TEXTS = 100;
const MAX_CHUNKS = 20_000;

/** Texts by keyword. A chunk that is cut off, broken or over the limit is left out. */
export function readPngTexts(bytes: Buffer): Record<string, string> {
  const texts = new Map<string, string>();
  let left = MAX_TEXT_BYTES;
  for (const { type, data } of chunksOf(bytes)) {
    if (texts.size >= MAX_TEXTS || left <= 0) break;
    const entry = readText(type, data, left);
    if (entry === undefined || entry.text.length > left) continue;
    left -= entry.text.length;
    texts.set(entry.keyword, entry.text.toString(entry.encoding));
  }
  return Object.fromEntries(texts);
}

function* chunksOf(bytes: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
  let offset = SIGNATURE_BYTES;
  for (let count = 0; count < MAX_CHUNKS && offset + 12 <= bytes.length; count++) {
    const length = bytes.readUInt32BE(offset);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) return;
    yield { type: bytes.toString('latin1', offset + 4, offset + 8), data: bytes.subarray(offset + 8, end) };
    offset = end + 4;
  }
}

interface PngText {
  readonly keyword: string;
  readonly text: Buffer;
  readonly encoding: 'latin1' | 'utf8';
}

function readText(type: string, data: Buffer, maxBytes: number): PngText | undefined {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return undefined;
  const [keyword, rest] = splitAtNull(data);
  if (keyword === undefined || rest === undefined) return undefined;
  if (type === 'tEXt') return { keyword, text: rest, encoding: 'latin1' };
  if (type === 'zTXt') return toPngText(keyword, inflate(rest.subarray(1), maxBytes), 'latin1');
  const isCompressed = rest[0] === 1;
  // After two flags come the language and the translated keyword, each ended by NUL.
  const text = splitAtNull(splitAtNull(rest.subarray(2))[1] ?? Buffer.alloc(0))[1];
  return toPngText(keyword, isCompressed && text !== undefined ? inflate(text, maxBytes) : text, 'utf8');
}

const toPngText = (keyword: string, text: Buffer | undefined, encoding: 'latin1' | 'utf8'): PngText | undefined =>
  text && { keyword, text, encoding };

const MAX_KEYWORD_BYTES = 79;

/** Keywords are short. Data without a NUL near its start has no keyword. */
function splitAtNull(data: Buffer): [string, Buffer] | [undefined, undefined] {
  const end = data.subarray(0, MAX_KEYWORD_BYTES + 1).indexOf(0);
  return end < 0 ? [undefined, undefined] : [data.toString('latin1', 0, end), data.subarray(end + 1)];
}

function inflate(data: Buffer, maxBytes: number): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: maxBytes });
  } catch {
    // A stranger's file may be broken, or inflate without end. It then has no such text.
    return undefined;
  }
}
