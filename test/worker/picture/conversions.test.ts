import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { Conversion, ConvertedPicture } from '../../../worker/picture/conversion.ts';
import { createConversions } from '../../../worker/picture/conversions.ts';
import { countPixels } from '../../../worker/picture/convert.ts';
import { until } from '../../support/poll.ts';

const LARGE = 2048 * 2048;
const signal = new AbortController().signal;

const png = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
  .png()
  .toBuffer();
const conversion: Conversion = { kind: 'encode', png, format: 'webp' };

/** Conversions with a converting process whose work the test ends. */
function make() {
  const asked: PromiseWithResolvers<ConvertedPicture>[] = [];
  const conversions = createConversions({
    convert: () => {
      const work = Promise.withResolvers<ConvertedPicture>();
      asked.push(work);
      return work.promise;
    },
  });
  const begun: string[] = [];
  const begin = (name: string) => async () => {
    begun.push(name);
    return conversion;
  };
  const asksFor = (count: number) => until(() => asked.length === count, `conversion ${count}`);
  return { conversions, asked, asksFor, begun, begin };
}

const made = (name: string): ConvertedPicture => ({ bytes: Buffer.from(name), width: 2048, height: 2048 });

test('large pictures are converted one at a time, even after a failure, and small ones do not wait', async () => {
  const { conversions, asked, asksFor, begun, begin } = make();
  const first = conversions.run(LARGE, begin('first'), signal);
  const second = conversions.run(LARGE, begin('second'), signal);
  const third = conversions.run(LARGE, begin('third'), signal);
  const { bytes, width } = await conversions.run(1024 * 1024, begin('small'), signal);
  assert.deepEqual([(await sharp(bytes).metadata()).format, width], ['webp', 16]);
  assert.deepEqual(begun.toSorted(), ['first', 'small']);
  asked[0]?.reject(new Error('broken'));
  await assert.rejects(first, /broken/);
  await asksFor(2);
  assert.deepEqual(begun.slice(2), ['second']);
  asked[1]?.resolve(made('second'));
  await asksFor(3);
  asked[2]?.resolve(made('third'));
  assert.deepEqual(await Promise.all([second, third]), [made('second'), made('third')]);
});

test('the picture of a job that is cancelled while it waits is not converted, and the next one is', async () => {
  const { conversions, asked, asksFor, begun, begin } = make();
  const left = new AbortController();
  const first = conversions.run(LARGE, begin('first'), signal);
  const second = conversions.run(LARGE, begin('second'), left.signal);
  const third = conversions.run(LARGE, begin('third'), signal);
  await asksFor(1);
  left.abort();
  asked[0]?.resolve(made('first'));
  await assert.rejects(second, { code: 'cancelled' });
  await asksFor(2);
  asked[1]?.resolve(made('third'));
  assert.deepEqual([await first, await third], [made('first'), made('third')]);
  assert.deepEqual(begun, ['first', 'third']);
});

test('the pixels of a file are counted in its header, and those of a kind that no engine may send are not', async () => {
  assert.equal(await countPixels(png), 256);
  assert.equal(await countPixels(png.subarray(0, 10)), 0);
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  assert.equal(await countPixels(svg), 0);
});
