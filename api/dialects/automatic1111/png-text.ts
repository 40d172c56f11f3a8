import { inflateSync } from 'node:zlib';

/** Text chunks of a PNG (ISO/IEC 15948, 11.3.3): what other tools read prompt and seed back from. */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_TEXT_BYTES = 1_000_000;

/** Texts by keyword; undefined when the bytes are no PNG. A chunk that is cut off or broken is left out. */
export function readPngTexts(bytes: Buffer): Record<string, string> | undefined {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  const texts: Record<string, string> = {};
  for (const { type, data } of chunksOf(bytes)) {
    const entry = readText(type, data);
    if (entry !== undefined) texts[entry.keyword] = entry.text;
  }
  return texts;
}

function* chunksOf(bytes: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
  let offset = SIGNATURE.length;
  while (offset + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) return;
    yield { type: bytes.toString('latin1', offset + 4, offset + 8), data: bytes.subarray(offset + 8, end) };
    offset = end + 4;
  }
}

function readText(type: string, data: Buffer): { keyword: string; text: string } | undefined {
  const [keyword, rest] = splitAtNull(data);
  if (keyword === undefined || rest === undefined) return undefined;
  if (type === 'tEXt') return { keyword, text: rest.toString('latin1') };
  if (type === 'zTXt') return withText(keyword, inflate(rest.subarray(1)), 'latin1');
  if (type !== 'iTXt') return undefined;
  const isCompressed = rest[0] === 1;
  // Behind two flags: the language, then the translated keyword, each ended by NUL.
  const text = splitAtNull(splitAtNull(rest.subarray(2))[1] ?? Buffer.alloc(0))[1];
  return withText(keyword, isCompressed && text !== undefined ? inflate(text) : text, 'utf8');
}

function withText(keyword: string, text: Buffer | undefined, encoding: 'latin1' | 'utf8') {
  return text === undefined ? undefined : { keyword, text: text.toString(encoding) };
}

function splitAtNull(data: Buffer): [string, Buffer] | [undefined, undefined] {
  const end = data.indexOf(0);
  return end < 0 ? [undefined, undefined] : [data.toString('latin1', 0, end), data.subarray(end + 1)];
}

function inflate(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    // A stranger's file may be broken or a bomb: it then has no such text.
    return undefined;
  }
}
