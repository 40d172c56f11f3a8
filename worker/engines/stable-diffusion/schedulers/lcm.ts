import { addNoiseByTimestep, alphaCumprodAt } from './alpha-noise.ts';
import { createOptionReader } from './config.ts';
import { invalidSteps, unsupportedConfig } from './faults.ts';
import { weightedSum } from './float32.ts';
import { type BetaDefaults, createNoiseSchedule } from './noise-schedule.ts';
import { createRangeLimit } from './picture-range.ts';
import { mix, PREDICTION_TYPES, toMixture, toPicture } from './prediction.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { createStepPosition } from './step-position.ts';
import { allTimesteps, checkCount, multiplesDescending } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

const LCM_BETAS: BetaDefaults = { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' };

/** The square of sigma_data, which is 0.5 in the paper and in diffusers. */
const DATA_VARIANCE = 0.25;

/** Latent consistency models (arXiv:2310.04378), as LCMScheduler: each step predicts the picture and adds fresh noise. */
export function createLcm(config: SchedulerConfig): Scheduler {
  const options = createOptionReader(config);
  const { trainTimesteps, alphasCumprod } = createNoiseSchedule(options, { rescalable: true }, LCM_BETAS);
  const predictionType = options.choice('prediction_type', PREDICTION_TYPES, 'epsilon');
  const timestepScaling = options.number('timestep_scaling', 10);
  const originalSteps = options.integer('original_inference_steps', 50, 1);
  const limitRange = createRangeLimit(options, false);
  if (originalSteps > trainTimesteps) {
    throw unsupportedConfig(
      `original_inference_steps ${originalSteps} is above num_train_timesteps ${trainTimesteps}.`,
    );
  }

  let timesteps = allTimesteps(trainTimesteps);
  const position = createStepPosition(timesteps);

  return {
    get timesteps() {
      return timesteps;
    },
    initNoiseSigma: 1,

    setTimesteps(count) {
      checkCount(count, trainTimesteps);
      timesteps = chooseTimesteps(count, originalSteps, trainTimesteps);
      position.reset(timesteps);
    },

    scaleModelInput: (sample) => sample,

    step(modelOutput, timestep, sample, random, batch = 1) {
      const next = timesteps[position.current(timestep) + 1];
      const mixture = toMixture(alphaCumprodAt(alphasCumprod, timestep));
      const picture = limitRange(toPicture(predictionType, modelOutput, sample, mixture), batch);
      const { skip, out } = boundaryScalings(fround(timestep * timestepScaling));
      const denoised = weightedSum([out, picture], [skip, sample]);
      position.advance();
      if (next === undefined) return denoised;
      return mix(toMixture(alphaCumprodAt(alphasCumprod, next)), denoised, random(sample.length));
    },

    addNoise: (sample, noise, timestep) => addNoiseByTimestep(alphasCumprod, sample, noise, timestep),
  };
}

/** Picks evenly from the timesteps on which the model was distilled. */
function chooseTimesteps(count: number, originalSteps: number, trainTimesteps: number): number[] {
  if (count > originalSteps) {
    throw invalidSteps(`This model takes at most ${originalSteps} steps (LCM), not ${count}.`);
  }
  const stride = Math.floor(trainTimesteps / originalSteps);
  const distilled = multiplesDescending(stride, originalSteps).map((multiple) => multiple + stride - 1);
  const part = originalSteps / count;
  return Array.from({ length: count }, (_, index) => distilled[Math.floor(index * part)] ?? 0);
}

/** c_skip and c_out: at timestep 0 the sample itself is the picture. */
function boundaryScalings(scaledTimestep: number): { skip: number; out: number } {
  const sum = fround(fround(scaledTimestep * scaledTimestep) + DATA_VARIANCE);
  return { skip: fround(DATA_VARIANCE / sum), out: fround(scaledTimestep / fround(sqrt(sum))) };
}
