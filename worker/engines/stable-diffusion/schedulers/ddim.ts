import { addNoiseByTimestep, alphaCumprodAt } from './alpha-noise.ts';
import { createOptionReader } from './config.ts';
import { misuse } from './faults.ts';
import { weightedSum } from './float32.ts';
import { createNoiseSchedule } from './noise-schedule.ts';
import { createRangeLimit } from './picture-range.ts';
import { PREDICTION_TYPES, toMixture, toNoise, toPicture } from './prediction.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { allTimesteps, checkCount, spaceWholeTimesteps, TIMESTEP_SPACINGS } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

/**
 * Denoising diffusion implicit models (arXiv:2010.02502, formula 12), as diffusers' DDIMScheduler. Diffusers passes `eta`
 * to every step; here it is an option: 0 (the default) draws no noise, 1 draws as much as the training added.
 */
export function createDdim(config: SchedulerConfig): Scheduler {
  const options = createOptionReader(config);
  const { trainTimesteps, alphasCumprod } = createNoiseSchedule(options, { rescalable: true });
  const predictionType = options.choice('prediction_type', PREDICTION_TYPES, 'epsilon');
  const spacing = options.choice('timestep_spacing', TIMESTEP_SPACINGS, 'leading');
  const stepsOffset = options.integer('steps_offset', 0, 0);
  const eta = options.number('eta', 0);
  const limitRange = createRangeLimit(options, true);
  const finalAlphaCumprod = options.flag('set_alpha_to_one', true) ? 1 : alphaCumprodAt(alphasCumprod, 0);
  const alphaAfter = (timestep: number) =>
    timestep >= 0 ? alphaCumprodAt(alphasCumprod, timestep) : finalAlphaCumprod;

  let timesteps = allTimesteps(trainTimesteps);
  let stride = 0;

  return {
    get timesteps() {
      return timesteps;
    },
    initNoiseSigma: 1,

    setTimesteps(count) {
      checkCount(count, trainTimesteps);
      timesteps = spaceWholeTimesteps(spacing, count, trainTimesteps, stepsOffset);
      stride = Math.floor(trainTimesteps / count);
    },

    scaleModelInput: (sample) => sample,

    step(modelOutput, timestep, sample, random, batch = 1) {
      if (stride === 0) throw misuse('call setTimesteps before step');
      const alpha = alphaCumprodAt(alphasCumprod, timestep);
      const nextAlpha = alphaAfter(timestep - stride);
      const mixture = toMixture(alpha);
      const picture = limitRange(toPicture(predictionType, modelOutput, sample, mixture), batch);
      const epsilon = toNoise(predictionType, modelOutput, sample, mixture);

      const deviation = fround(eta * fround(sqrt(posteriorVariance(alpha, nextAlpha))));
      const direction = fround(sqrt(fround(fround(1 - nextAlpha) - fround(deviation * deviation))));
      const next = weightedSum([fround(sqrt(nextAlpha)), picture], [direction, epsilon]);
      return eta > 0 ? weightedSum([1, next], [deviation, random(sample.length)]) : next;
    },

    addNoise: (sample, noise, timestep) => addNoiseByTimestep(alphasCumprod, sample, noise, timestep),
  };
}

/** Formula 16 with eta 1: the variance of the step from `alpha` to `nextAlpha`. */
function posteriorVariance(alpha: number, nextAlpha: number): number {
  const noiseRatio = fround(fround(1 - nextAlpha) / fround(1 - alpha));
  return fround(noiseRatio * fround(1 - fround(alpha / nextAlpha)));
}
