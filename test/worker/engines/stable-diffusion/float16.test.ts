import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromFloat16, toFloat16 } from '../../../../worker/engines/stable-diffusion/float16.ts';

const encode = (value: number) => toFloat16(Float32Array.of(value))[0];
const decode = (half: number) => fromFloat16(Uint16Array.of(half))[0];

describe('toFloat16', () => {
  const cases: readonly (readonly [name: string, value: number, half: number])[] = [
    ['zero', 0, 0x0000],
    ['minus zero', -0, 0x8000],
    ['one', 1, 0x3c00],
    ['minus two', -2, 0xc000],
    ['a third', 1 / 3, 0x3555],
    ['the largest', 65504, 0x7bff],
    ['just under half a step above the largest', 65519.996, 0x7bff],
    ['half a step above the largest', 65520, 0x7c00],
    ['far too large', 1e20, 0x7c00],
    ['far too small a number', -1e-20, 0x8000],
    ['infinity', Infinity, 0x7c00],
    ['minus infinity', -Infinity, 0xfc00],
    ['a tie to the even one below', 1 + 2 ** -11, 0x3c00],
    ['a tie to the even one above', 1 + 3 * 2 ** -11, 0x3c02],
    ['just above a tie', 1 + 2 ** -11 + 2 ** -22, 0x3c01],
    ['a carry into the exponent', 2 - 2 ** -12, 0x4000],
    ['the smallest normal', 2 ** -14, 0x0400],
    ['the largest subnormal', 2 ** -14 - 2 ** -24, 0x03ff],
    ['a subnormal that rounds up to normal', 2 ** -14 - 2 ** -26, 0x0400],
    ['the smallest subnormal', 2 ** -24, 0x0001],
    ['half of it, a tie to zero', 2 ** -25, 0x0000],
    ['just above half of it', 2 ** -25 * 1.001, 0x0001],
    ['one and a half of it, a tie to two', 1.5 * 2 ** -24, 0x0002],
  ];
  for (const [name, value, half] of cases) {
    test(name, () => assert.equal(encode(value), half));
  }

  test('NaN stays NaN, whatever its payload', () => {
    assert.ok(Number.isNaN(decode(encode(Number.NaN) ?? 0)));
    const smallPayload = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer);
    for (const half of toFloat16(smallPayload)) assert.ok(Number.isNaN(decode(half)));
  });

  test('reads a view that does not start at its buffer', () => {
    const view = new Float32Array(Float32Array.of(9, 1, 2).buffer, 4, 2);
    assert.deepEqual([...toFloat16(view)], [0x3c00, 0x4000]);
  });
});

describe('fromFloat16', () => {
  test('every finite half survives both conversions', () => {
    const halves = Uint16Array.from({ length: 0x10000 }, (_, half) => half);
    const values = fromFloat16(halves);
    const back = toFloat16(values);
    halves.forEach((half, index) => {
      const hasNoValue = (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;
      assert.equal(Number.isNaN(values[index]), hasNoValue);
      if (!hasNoValue) assert.equal(back[index], half);
    });
  });

  test('known values', () => {
    assert.deepEqual([0x3c00, 0x3555, 0x7bff, 0x0001, 0x8400, 0xfc00].map(decode), [
      1,
      0.333251953125,
      65504,
      2 ** -24,
      -(2 ** -14),
      -Infinity,
    ]);
    assert.ok(Object.is(decode(0x8000), -0));
  });
});
