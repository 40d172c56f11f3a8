import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { readPictureText } from '../../../api/dialects/automatic1111/picture-text/read-picture-text.ts';
import { MAX_PROMPT_CHARACTERS } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';
import { toInfotext } from '../../../shared/picture/infotext.ts';
import { FORMATS, sniffMediaType, toMediaType } from '../../../shared/picture/media-type.ts';
import type { PictureOrigin } from '../../../worker/picture/conversion.ts';
import { normalise } from '../../../worker/picture/normalise.ts';
import { encodeAs } from '../../support/encode.ts';

const origin: PictureOrigin = {
  engine: 'perchance',
  isTrained: true,
  metadata: 'full',
  prompt: 'a café by the sea, 海辺 🐈',
  negativePrompt: 'fog: thick',
  seed: 42,
  guidanceScale: 7.5,
};
const size = { width: 96, height: 64 };

const draw = () =>
  sharp({ create: { ...size, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 120, sigma: 30 } } });

const broken = (error: unknown): boolean => error instanceof AppError && error.code === 'engine_failed';

describe('normalise', () => {
  for (const format of FORMATS) {
    test(`turns ${format} into a PNG of the same size`, async () => {
      const picture = await normalise(await draw()[format]().toBuffer(), origin);
      assert.deepEqual([picture.width, picture.height], [96, 64]);
      assert.equal(sniffMediaType(picture.bytes), 'image/png');
      const { data, info } = await sharp(picture.bytes).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, data.length], [96, 64, 96 * 64 * 3]);
    });

    test(`refuses ${format} that is cut at any place`, async () => {
      const whole = await draw()[format]().toBuffer();
      for (const part of [0.1, 0.5, 0.9, 0.99]) {
        const bytes = whole.subarray(0, Math.floor(whole.length * part));
        await assert.rejects(normalise(bytes, origin), broken, `${format} at ${part}`);
      }
    });
  }

  test('makes the same bytes from the same picture, and keeps its pixels exactly', async () => {
    const file = await draw().png().toBuffer();
    const [first, second] = [await normalise(file, origin), await normalise(file, origin)];
    assert.deepEqual(first.bytes, second.bytes);
    assert.deepEqual(await sharp(first.bytes).raw().toBuffer(), await sharp(file).raw().toBuffer());
  });

  test('refuses a file that is no picture, an empty file, a signature alone and a single pixel', async () => {
    const html = Buffer.from('<html><title>503</title></html>');
    const pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    for (const bytes of [html, Buffer.alloc(0), pixel, signature])
      await assert.rejects(normalise(bytes, origin), broken);
  });

  test('refuses a picture that unpacks to too many pixels', async () => {
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    assert.ok(bomb.length < 1_000_000);
    await assert.rejects(normalise(bomb, origin), broken);
  });

  test('refuses a picture of a few rows and very many columns', async () => {
    const create = { width: 60_000, height: 16, channels: 3, background: 'red' } as const;
    await assert.rejects(normalise(await sharp({ create }).png().toBuffer(), origin), broken);
  });

  test('drops an alpha channel that hides nothing and keeps one that does', async () => {
    const opaque = await normalise(
      await sharp({ create: { ...size, channels: 4, background: '#369f' } })
        .png()
        .toBuffer(),
      origin,
    );
    const glass = await normalise(
      await sharp({ create: { ...size, channels: 4, background: '#3698' } })
        .png()
        .toBuffer(),
      origin,
    );
    assert.equal((await sharp(opaque.bytes).metadata()).hasAlpha, false);
    assert.equal((await sharp(glass.bytes).metadata()).hasAlpha, true);
    const jpeg = await sharp(await encodeAs(glass.bytes, 'jpeg'))
      .raw()
      .toBuffer();
    assert.ok((jpeg[0] ?? 0) > 0x80, 'white shines through');
  });

  test('turns a photo upright', async () => {
    const { width, height } = await normalise(await draw().withMetadata({ orientation: 6 }).jpeg().toBuffer(), origin);
    assert.deepEqual([width, height], [64, 96]);
  });
});

describe('the metadata of a picture', () => {
  test('contains the text that AUTOMATIC1111 reads, in every format', async () => {
    const { bytes: png } = await normalise(await draw().png().toBuffer(), origin);
    const expected = toInfotext({ ...origin, ...size });
    assert.equal(
      expected,
      'a café by the sea, 海辺 🐈\nNegative prompt: fog: thick\nCFG scale: 7.5, Seed: 42, Size: 96x64, Model: perchance',
    );
    for (const format of FORMATS) {
      const file = await encodeAs(png, format);
      assert.equal(sniffMediaType(file), toMediaType(format));
      assert.equal(await readInfotext(file), expected, format);
    }
  });

  test('omits the prompts or everything on request, but never the mark of its source', async () => {
    const bytes = await draw().png().toBuffer();
    for (const metadata of ['settings', 'none'] as const) {
      const { bytes: png } = await normalise(bytes, { ...origin, metadata });
      for (const format of FORMATS) {
        const file = await encodeAs(png, format);
        const text = `${file.toString('latin1')}${file.toString('utf8')}`.replaceAll('\0', '');
        assert.doesNotMatch(text, /by the sea|fog: thick/, format);
        const { xmp } = await sharp(file).metadata();
        assert.match(xmp?.toString() ?? '', /trainedAlgorithmicMedia/, format);
        const expected = metadata === 'none' ? '' : 'CFG scale: 7.5, Seed: 42, Size: 96x64, Model: perchance';
        assert.equal(readPictureText(file)?.info, expected, `${format} ${metadata}`);
      }
    }
  });

  test('contains the longest prompts, cut where a format has no room for them', async () => {
    const words = '🐈狐 '.repeat(MAX_PROMPT_CHARACTERS).slice(0, MAX_PROMPT_CHARACTERS);
    const bytes = await draw().png().toBuffer();
    const { bytes: png } = await normalise(bytes, { ...origin, prompt: words, negativePrompt: words });
    const whole = toInfotext({ ...origin, ...size, prompt: words, negativePrompt: words });
    for (const format of FORMATS) {
      const info = readPictureText(await encodeAs(png, format))?.info ?? '';
      if (format === 'png') assert.equal(info, whole);
      else assert.match(info, /^🐈狐 .*\nCFG scale: 7.5, Seed: 42, Size: 96x64, Model: perchance$/su);
    }
  });

  test('names the kind of its source in XMP, in every format', async () => {
    for (const isTrained of [true, false]) {
      const { bytes: png } = await normalise(await draw().png().toBuffer(), { ...origin, isTrained });
      for (const format of FORMATS) {
        const { xmp } = await sharp(await encodeAs(png, format)).metadata();
        const type = /DigitalSourceType="([^"]+)"/.exec(xmp?.toString() ?? '')?.[1];
        const term = isTrained ? 'trainedAlgorithmicMedia' : 'algorithmicMedia';
        assert.equal(type, `http://cv.iptc.org/newscodes/digitalsourcetype/${term}`, format);
      }
    }
  });

  test('quotes a value that would break the line, and drops NUL from a prompt', async () => {
    assert.match(toInfotext({ ...origin, ...size, sampler: 'Euler, b' }), /Sampler: "Euler, b"/);
    const { bytes: png } = await normalise(await draw().png().toBuffer(), {
      ...origin,
      prompt: 'a\0b',
      negativePrompt: '',
    });
    assert.match(await readInfotext(png), /^ab\nCFG/);
  });
});

/** As upstream's reader does: the PNG's own text, else the EXIF UserComment. */
async function readInfotext(file: Buffer): Promise<string> {
  const { comments, exif } = await sharp(file).metadata();
  if (exif === undefined) return comments?.find(({ keyword }) => keyword === 'parameters')?.text ?? '';
  const at = exif.indexOf('UNICODE\0');
  return Buffer.from(exif.subarray(at + 8))
    .swap16()
    .toString('utf16le');
}
