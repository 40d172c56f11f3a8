import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FILES, iTXt, png, SETTINGS, SIZE, toExif, toJpeg, withText } from './marked-pictures.ts';

/** The browser's module reads the settings that each program writes into a file. */

interface Found {
  readonly settings: { readonly writer: string; readonly wishes: Readonly<Record<string, unknown>> } | undefined;
  readonly isMachineMade: boolean;
}

const module = '../../../api/page/browser/read-settings.js';
const { readSettings } = (await import(module)) as { readSettings: (file: File) => Promise<Found> };
const read = (bytes: Uint8Array): Promise<Found> => readSettings(new File([Buffer.from(bytes)], 'picture'));

const asNumbers = (wishes: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(wishes).map(([name, value]) => [name, /^[\d.]+$/.test(String(value)) ? Number(value) : value]),
  );

describe('settings are read from a', () => {
  for (const [name, writer, file] of FILES) {
    test(name, async () => {
      const { settings, isMachineMade } = await read(file);
      assert.equal(settings?.writer, writer);
      assert.deepEqual(asNumbers(settings?.wishes ?? {}), { ...SETTINGS, ...SIZE });
      assert.ok(isMachineMade);
    });
  }

  test('file only if it has some, and the mark of machine-made media is found without them', async () => {
    assert.deepEqual(await read(png), { settings: undefined, isMachineMade: false });
    const mark = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
    assert.deepEqual(await read(iTXt('XML:com.adobe.xmp', `<x>${mark}</x>`)), {
      settings: undefined,
      isMachineMade: true,
    });
  });

  test('broken or empty file without an error', async () => {
    const broken = withText('prompt', '{"3":');
    const packed = iTXt('parameters', 'Steps: 1', true);
    packed.fill(0xff, 60, 66);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('hello'),
      png.subarray(0, 40),
      broken,
      broken.subarray(0, 60),
      packed,
    ])
      assert.equal((await read(bytes)).settings, undefined);
    const jpeg = await toJpeg(toExif(Buffer.from('UNICODE\0')));
    for (let length = 0; length < 80; length += 1)
      assert.equal((await read(jpeg.subarray(0, length))).settings, undefined);
  });
});
