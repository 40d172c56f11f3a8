import { readSync } from 'node:fs';

/** Reads a file of protocol buffers from front to back, and skips fields that are not needed. */
export interface FileCursor {
  readonly position: number;
  /** Exact up to 2^53, which no length or offset exceeds. */
  readVarint(): number;
  readText(length: number): string;
  skip(length: number): void;
}

export interface WireField {
  readonly field: number;
  /** Length of a length-delimited field. Its content begins at the cursor's position. */
  readonly length: number;
  /** Value of a varint field. */
  readonly value: number;
}

const BUFFER_BYTES = 8192;
const utf8 = new TextDecoder();

export function createFileCursor(file: number): FileCursor {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  let start = 0;
  let filled = 0;
  let position = 0;

  function readByte(): number {
    if (position < start || position >= start + filled) {
      start = position;
      filled = readSync(file, buffer, 0, BUFFER_BYTES, start);
      if (filled === 0) throw new Error(`the file ends at byte ${position}, in the middle of something`);
    }
    const byte = buffer[position - start] ?? 0;
    position += 1;
    return byte;
  }

  return {
    get position() {
      return position;
    },
    readVarint() {
      let value = 0;
      for (let place = 0; place < 10; place++) {
        const byte = readByte();
        value += (byte & 0x7f) * 2 ** (place * 7);
        if (byte < 0x80) return value;
      }
      throw new Error(`byte ${position} is in no whole number`);
    },
    readText: (length) => utf8.decode(Uint8Array.from({ length }, readByte)),
    skip(length) {
      position += length;
    },
  };
}

/** The fields of the message that ends at `end`. What a caller does not read of a field is skipped. */
export function* readFields(cursor: FileCursor, end: number): Generator<WireField> {
  while (cursor.position < end) {
    const tag = cursor.readVarint();
    const field = Math.floor(tag / 8);
    const kind = tag % 8;
    const next = readHead(cursor, kind);
    const until = cursor.position + next.length;
    if (field === 0 || until > end) throw new Error(`byte ${cursor.position} is in no message of ONNX`);
    yield { field, ...next };
    cursor.skip(until - cursor.position);
  }
}

function readHead(cursor: FileCursor, kind: number): { length: number; value: number } {
  if (kind === 0) return { length: 0, value: cursor.readVarint() };
  if (kind === 1) return { length: 8, value: 0 };
  if (kind === 2) return { length: cursor.readVarint(), value: 0 };
  if (kind === 5) return { length: 4, value: 0 };
  throw new Error(`byte ${cursor.position} is of no kind that ONNX uses`);
}
