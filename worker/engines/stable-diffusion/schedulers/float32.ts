/**
 * Arithmetic on flat samples as torch does it on float32 tensors: every operation rounds to float32. A double holds the
 * sum or product of two float32 numbers so exactly that rounding it once gives the same bits as torch.
 */
const { fround } = Math;

/** A sample and its factor, a float32 number. */
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

/** Scaling by the reciprocal would round twice. */
export function divide(values: Float32Array, divisor: number): Float32Array {
  const quotient = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) quotient[index] = at(values, index) / divisor;
  return quotient;
}

/** Returns NaN outside of the array, so that a wrong index shows in the result. */
export function at(values: Float32Array, index: number): number {
  return values[index] ?? Number.NaN;
}
