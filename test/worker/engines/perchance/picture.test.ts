import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { toWholePicture } from '../../../../worker/engines/perchance/picture.ts';

const toDataUrl = (bytes: Uint8Array): string => `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`;

for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
  test(`a complete ${format} is accepted, whatever type its data URL names`, async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .toFormat(format)
      .toBuffer();
    assert.deepEqual(Buffer.from(toWholePicture(toDataUrl(bytes)) ?? []), bytes);
    if (format !== 'avif') assert.equal(toWholePicture(toDataUrl(bytes.subarray(0, -9))), undefined);
  });
}

for (const [name, given] of Object.entries({
  'an error page': toDataUrl(Buffer.from('<!doctype html><title>no</title>')),
  nothing: 'data:image/jpeg;base64,',
  'an address': 'https://127.0.0.1/picture.jpeg',
  'a number': 5,
  undefined,
})) {
  test(`${name} is no picture`, () => assert.equal(toWholePicture(given), undefined));
}
