import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { AppError } from '../../../shared/errors.ts';
import type { PictureOrigin } from '../../../worker/picture/conversion.ts';
import { normalise } from '../../../worker/picture/normalise.ts';
import { toPlainPng } from '../../../worker/picture/plain-png.ts';
import { insertChunks, toChunk, toTextChunk } from '../../../worker/picture/png-chunks.ts';

const origin: PictureOrigin = { engine: 'sketch', isTrained: false, metadata: 'full', prompt: 'fox', seed: 42 };
const create = { width: 96, height: 64, channels: 3 as const, background: '#000' };
const drawRaw = () => sharp({ create: { ...create, noise: { type: 'gaussian', mean: 120, sigma: 30 } } });
/** Its compressed pixels are a byte less than those of any other setting, so they tell whether a file was encoded again. */
const draw = () => drawRaw().png({ compressionLevel: 0, adaptiveFiltering: false }).toBuffer();

const none = Buffer.alloc(0);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function readChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 8; start < png.length; ) {
    const length = png.readUInt32BE(start);
    const type = png.toString('latin1', start + 4, start + 8);
    chunks.push({ type, data: png.subarray(start + 8, start + 8 + length) });
    start += length + 12;
  }
  return chunks;
}

const writeChunks = (chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...chunks.map(({ type, data }) => toChunk(type, data)),
  ]);

const listTypes = (png: Buffer): string[] => [...new Set(readChunks(png).map(({ type }) => type))];
const compressed = (png: Buffer): Buffer =>
  Buffer.concat(readChunks(png).flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])));

/** The same file with other compressed pixels, and right checksums. */
function withPixels(png: Buffer, data: Buffer): Buffer {
  const chunks = readChunks(png).filter(({ type }) => type !== 'IDAT');
  return writeChunks(chunks.flatMap((chunk) => (chunk.type === 'IEND' ? [{ type: 'IDAT', data }, chunk] : [chunk])));
}

const broken = (error: unknown): boolean => error instanceof AppError && error.code === 'engine_failed';

describe('a PNG of opaque 8-bit RGB', () => {
  test('keeps its compressed pixels', async () => {
    const file = await draw();
    const { bytes, width, height } = await normalise(file, origin);
    assert.deepEqual([width, height], [96, 64]);
    assert.deepEqual(compressed(bytes), compressed(file));
  });

  test("loses the service's words, its other chunks and whatever follows the picture", async () => {
    const file = insertChunks(await draw(), [
      toTextChunk('parameters', 'a secret of the service'),
      toChunk('tIME', Buffer.from([7, 234, 11, 28, 12, 0, 0])),
    ]);
    const { bytes } = await normalise(Buffer.concat([file, Buffer.from('a secret behind it')]), origin);
    assert.ok(!bytes.includes('a secret'));
    assert.deepEqual(listTypes(bytes), ['IHDR', 'tEXt', 'iTXt', 'IDAT', 'IEND']);
    assert.deepEqual(compressed(bytes), compressed(file));
  });

  test('is refused when a byte of its pixels is wrong, whether its checksum is right or not', async () => {
    const file = await drawRaw().png().toBuffer();
    const data = compressed(file);
    for (const share of [0, 0.3, 0.9]) {
      const damaged = Buffer.from(data);
      const at = Math.floor(damaged.length * share);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await assert.rejects(normalise(withPixels(file, damaged), origin), broken, `byte ${at} of ${data.length}`);
    }
    const stale = Buffer.from(file);
    const last = stale.indexOf('IDAT') + 20;
    stale[last] = (stale[last] ?? 0) ^ 0xff;
    await assert.rejects(normalise(stale, origin), broken, 'a wrong checksum');
  });

  test('is refused when its last row is missing', async () => {
    const file = await draw();
    const rows = inflateSync(compressed(file));
    const short = deflateSync(rows.subarray(0, rows.length - (96 * 3 + 1)));
    await assert.rejects(normalise(withPixels(file, short), origin), broken);
  });

  test('is refused when words stand between its pixels', async () => {
    const chunks = readChunks(await drawRaw().resize(400, 400).png().toBuffer());
    const second = chunks.findIndex(({ type }) => type === 'IDAT') + 1;
    assert.equal(chunks[second]?.type, 'IDAT');
    const file = writeChunks(chunks.toSpliced(second, 0, { type: 'tEXt', data: Buffer.from('a\0b') }));
    await assert.rejects(normalise(file, origin), broken);
  });

  test('loses words that stand between its last pixels and an empty piece', async () => {
    const chunks = readChunks(await draw());
    const words = { type: 'tEXt', data: Buffer.from('parameters\0a secret') };
    const file = writeChunks(chunks.toSpliced(-1, 0, words, { type: 'IDAT', data: none }));
    const { bytes } = await normalise(file, origin);
    assert.ok(!bytes.includes('a secret'));
  });

  test('is looked through no further than any encoder needs', async () => {
    const file = await draw();
    const end = file.length - 12;
    for (const type of ['IDAT', 'tEXt']) {
      const chunks = Buffer.alloc(12_000_000, toChunk(type, none));
      assert.ok(toPlainPng(Buffer.concat([file.subarray(0, end), chunks, file.subarray(end)])) === undefined, type);
    }
  });
});

describe('a PNG of any other kind is encoded again', () => {
  const gamma = Buffer.from([0, 1, 0x86, 0xa0]);
  const kinds: Readonly<Record<string, () => Promise<Buffer>>> = {
    'of 16 bits': () => drawRaw().toColourspace('rgb16').png({ compressionLevel: 0 }).toBuffer(),
    interlaced: () => drawRaw().png({ compressionLevel: 0, progressive: true }).toBuffer(),
    'with a palette': () => drawRaw().png({ compressionLevel: 0, palette: true }).toBuffer(),
    grey: () => drawRaw().toColourspace('b-w').png({ compressionLevel: 0 }).toBuffer(),
    'with its own gamma': async () => insertChunks(await draw(), [toChunk('gAMA', gamma)]),
    'with a colour profile': () => drawRaw().withIccProfile('p3').png({ compressionLevel: 0 }).toBuffer(),
    'with a transparent colour': async () => insertChunks(await draw(), [toChunk('tRNS', Buffer.alloc(6))]),
    'with an unknown chunk': async () => insertChunks(await draw(), [toChunk('eaSl', none)]),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    test(kind, async () => {
      const file = await make();
      const { bytes } = await normalise(file, origin);
      assert.ok(!compressed(bytes).equals(compressed(file)));
      assert.deepEqual(
        listTypes(bytes).filter((type) => !['IHDR', 'tEXt', 'iTXt', 'pHYs', 'IDAT', 'IEND'].includes(type)),
        [],
      );
    });
  }

  test('turned upright', async () => {
    const file = await drawRaw().withMetadata({ orientation: 6 }).png().toBuffer();
    const { width, height } = await normalise(file, origin);
    assert.deepEqual([width, height], [64, 96]);
  });
});
