/**
 * Arithmetic on flat samples as torch does it on float32 tensors: every single operation rounds to float32. A sum or a
 * product of two float32 numbers is exact enough in a double that rounding it once gives torch's very bits.
 */
const { fround } = Math;

/** A factor (a float32 number) and the sample it is for. */
export type Term = readonly [factor: number, values: Float32Array];

/** factor * values + factor * values + ..., added from left to right. */
export function weightedSum(first: Term, ...rest: readonly Term[]): Float32Array {
  const sum = scale(first[0], first[1]);
  for (const [factor, values] of rest) {
    for (let index = 0; index < sum.length; index++) {
      sum[index] = at(sum, index) + fround(factor * at(values, index));
    }
  }
  return sum;
}

export function scale(factor: number, values: Float32Array): Float32Array {
  const product = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) product[index] = factor * at(values, index);
  return product;
}

/** Not `scale` by the reciprocal: that would round twice. */
export function divide(values: Float32Array, divisor: number): Float32Array {
  const quotient = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) quotient[index] = at(values, index) / divisor;
  return quotient;
}

/** NaN outside of the array, where it shows, rather than a silent zero. */
export function at(values: Float32Array, index: number): number {
  return values[index] ?? Number.NaN;
}
