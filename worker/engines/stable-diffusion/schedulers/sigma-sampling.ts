import { at, divide, weightedSum } from './float32.ts';
import type { PredictionType } from './prediction.ts';
import type { TimestepSpacing } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

/** For schedulers whose sample is picture + sigma * noise (Karras et al., arXiv:2206.00364). */

/** `leading` starts below the training's highest sigma, so the picture's own variance is added. */
export function toInitNoiseSigma(sigmas: Float32Array, spacing: TimestepSpacing): number {
  const highest = sigmas.reduce((max, sigma) => Math.max(max, sigma), 0);
  return spacing === 'leading' ? toInputDivisor(highest) : highest;
}

/** The divisor that gives a sample unit variance, on which the model was trained. */
export function toInputDivisor(sigma: number): number {
  return fround(sqrt(fround(fround(sigma * sigma) + 1)));
}

/** The change of the sample per unit of sigma. */
export function toDerivative(
  type: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  sigma: number,
): Float32Array {
  const picture = toPicture(type, modelOutput, sample, sigma);
  return divide(weightedSum([1, sample], [-1, picture]), sigma);
}

function toPicture(type: PredictionType, modelOutput: Float32Array, sample: Float32Array, sigma: number): Float32Array {
  switch (type) {
    case 'epsilon':
      return weightedSum([1, sample], [-sigma, modelOutput]);
    case 'v_prediction': {
      const share = divide(sample, fround(fround(sigma * sigma) + 1));
      return weightedSum([fround(-sigma / toInputDivisor(sigma)), modelOutput], [1, share]);
    }
    case 'sample':
      return modelOutput;
  }
}

/** `addNoise` for samples that are picture + sigma * noise. */
export function addNoiseAt(
  sigmas: Float32Array,
  position: number,
  sample: Float32Array,
  noise: Float32Array,
): Float32Array {
  return weightedSum([1, sample], [at(sigmas, position), noise]);
}
