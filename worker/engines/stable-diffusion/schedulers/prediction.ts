import { divide, type Term, weightedSum } from './float32.ts';

/** What a model predicts: the noise, a mix of noise and picture (arXiv:2202.00512, section 2.4), or the picture. */
export const PREDICTION_TYPES = ['epsilon', 'v_prediction', 'sample'] as const;
export type PredictionType = (typeof PREDICTION_TYPES)[number];

/** sample = signal * picture + noise * epsilon, with signal^2 + noise^2 = 1. */
export interface Mixture {
  readonly signal: number;
  readonly noise: number;
}

export function toMixture(alphaCumprod: number): Mixture {
  return { signal: Math.fround(Math.sqrt(alphaCumprod)), noise: Math.fround(Math.sqrt(Math.fround(1 - alphaCumprod))) };
}

/** The picture that the model predicts for `sample`. */
export function toPicture(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  { signal, noise }: Mixture,
): Float32Array {
  switch (type) {
    case 'epsilon':
      return divide(weightedSum([1, sample], [-noise, modelOutput]), signal);
    case 'v_prediction':
      return weightedSum([signal, sample], [-noise, modelOutput]);
    case 'sample':
      return modelOutput;
  }
}

/** The noise that the model predicts for `sample`. */
export function toNoise(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  { signal, noise }: Mixture,
): Float32Array {
  switch (type) {
    case 'epsilon':
      return modelOutput;
    case 'v_prediction':
      return weightedSum([signal, modelOutput], [noise, sample]);
    case 'sample':
      return divide(weightedSum([1, sample], [-signal, modelOutput]), noise);
  }
}

export function mix({ signal, noise }: Mixture, picture: Float32Array, epsilon: Float32Array): Float32Array {
  const parts: [Term, Term] = [
    [signal, picture],
    [noise, epsilon],
  ];
  return weightedSum(...parts);
}
