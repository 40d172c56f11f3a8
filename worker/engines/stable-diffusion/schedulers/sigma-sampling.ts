import { at, divide, weightedSum } from './float32.ts';
import type { PredictionType } from './prediction.ts';
import type { TimestepSpacing } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

/** What the schedulers share whose sample is picture + sigma * noise (Karras et al., arXiv:2206.00364). */

/** `leading` starts below the highest sigma of the training, where the picture itself still counts. */
export function toInitNoiseSigma(sigmas: Float32Array, spacing: TimestepSpacing): number {
  const highest = sigmas.reduce((max, sigma) => Math.max(max, sigma), 0);
  return spacing === 'leading' ? toInputDivisor(highest) : highest;
}

/** The model was trained on samples of unit variance. */
export function toInputDivisor(sigma: number): number {
  return fround(sqrt(fround(fround(sigma * sigma) + 1)));
}

/** Per unit of sigma, where the sample is heading. */
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

/** `addNoise` where the noise comes on top. */
export function addNoiseAt(
  sigmas: Float32Array,
  position: number,
  sample: Float32Array,
  noise: Float32Array,
): Float32Array {
  return weightedSum([1, sample], [at(sigmas, position), noise]);
}
