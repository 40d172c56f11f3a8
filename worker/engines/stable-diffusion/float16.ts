/**
 * IEEE 754 half precision as the 16-bit patterns that onnxruntime uses. It works by tables of sign and exponent and not
 * by `Float16Array`, because the runtime sees empty tensors if that class exists, and older versions of Node lack it.
 */

/**
 * Rounds to the nearest half, ties to even. Too large values become infinity, too small ones a subnormal or a signed
 * zero.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const { base, shift, hidden } = ENCODE;
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < patterns.length; index++) {
    const pattern = patterns[index] ?? 0;
    const head = pattern >>> 23;
    const mantissa = (pattern & 0x7fffff) | (hidden[head] ?? 0);
    const places = shift[head] ?? 0;
    const half = (base[head] ?? 0) + (mantissa >>> places);
    const rest = mantissa & ((1 << places) - 1);
    const tie = 1 << (places - 1);
    // A carry out of the mantissa goes into the exponent. That rounds up to the next power as it should.
    halves[index] =
      (head & 0xff) === 0xff ? toSpecial(pattern) : half + (rest > tie || (rest === tie && half & 1) ? 1 : 0);
  }
  return halves;
}

/** Exact: every half is a float32. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) values[index] = DECODE[halves[index] ?? 0] ?? Number.NaN;
  return values;
}

/** Infinity stays infinity. A NaN becomes a quiet NaN, even if the cut removes its whole payload. */
function toSpecial(pattern: number): number {
  const sign = (pattern >>> 16) & 0x8000;
  const payload = pattern & 0x7fffff;
  return sign | 0x7c00 | (payload === 0 ? 0 : 0x200 | (payload >>> 13));
}

const ENCODE = createEncodeTables();
const DECODE = Float32Array.from({ length: 0x10000 }, (_, half) => decodeHalf(half));

/**
 * For each sign and exponent of a float32 (its upper 9 bits): what to add, how many places to cut, the hidden leading
 * bit.
 */
function createEncodeTables() {
  const base = new Uint16Array(512);
  const shift = new Uint8Array(512);
  const hidden = new Uint32Array(512);
  for (let head = 0; head < 512; head++) {
    const sign = (head & 0x100) << 7;
    const exponent = (head & 0xff) - 127;
    const isNormal = exponent >= -14 && exponent <= 15;
    // From 2^-25 on, half of the smallest subnormal, a value may round up to it.
    const isSubnormal = exponent >= -25 && exponent < -14;
    base[head] = sign | (isNormal ? (exponent + 15) << 10 : exponent > 15 ? 0x7c00 : 0);
    // A mantissa without its hidden bit has fewer than 24 places, so nothing is left and nothing rounds up.
    shift[head] = isNormal ? 13 : isSubnormal ? -1 - exponent : 24;
    hidden[head] = isSubnormal ? 0x800000 : 0;
  }
  return { base, shift, hidden };
}

function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
