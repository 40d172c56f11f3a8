import { createOptionReader } from './config.ts';
import { at, divide, weightedSum } from './float32.ts';
import { createNoiseSchedule, FINITE_TERMINAL_SIGMA, toSigmas } from './noise-schedule.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { addNoiseAt, toDerivative, toInitNoiseSigma, toInputDivisor } from './sigma-sampling.ts';
import { interpolate } from './sigma-spacing.ts';
import { createStepPosition } from './step-position.ts';
import { allTimesteps, checkCount, spaceTimesteps, TIMESTEP_SPACINGS } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

/**
 * Euler's method in which each step goes below its sigma and adds fresh noise to return to it: k-diffusion's
 * `sample_euler_ancestral`, as diffusers' EulerAncestralDiscreteScheduler.
 */
export function createEulerAncestral(config: SchedulerConfig): Scheduler {
  const options = createOptionReader(config);
  const { trainTimesteps, alphasCumprod } = createNoiseSchedule(options, FINITE_TERMINAL_SIGMA);
  const predictionType = options.choice('prediction_type', ['epsilon', 'v_prediction'], 'epsilon');
  const spacing = options.choice('timestep_spacing', TIMESTEP_SPACINGS, 'linspace');
  const stepsOffset = options.integer('steps_offset', 0, 0);
  const trainSigmas = toSigmas(alphasCumprod);

  let sigmas = trainSigmas.toReversed();
  let timesteps = allTimesteps(trainTimesteps);
  const position = createStepPosition(timesteps);

  return {
    get timesteps() {
      return timesteps;
    },
    get initNoiseSigma() {
      return toInitNoiseSigma(sigmas, spacing);
    },

    setTimesteps(count) {
      checkCount(count, trainTimesteps);
      timesteps = spaceTimesteps(spacing, count, trainTimesteps, stepsOffset).map(fround);
      sigmas = Float32Array.from([...timesteps.map((timestep) => interpolate(trainSigmas, timestep)), 0]);
      position.reset(timesteps);
    },

    scaleModelInput: (sample, timestep) => divide(sample, toInputDivisor(at(sigmas, position.current(timestep)))),

    step(modelOutput, timestep, sample, random) {
      const index = position.current(timestep);
      const sigma = at(sigmas, index);
      const { down, up } = splitStep(sigma, at(sigmas, index + 1));
      const derivative = toDerivative(predictionType, modelOutput, sample, sigma);
      position.advance();
      // Noise is drawn on the last step too, where its factor is 0, so that later draws of the source stay the same.
      const noise = random(sample.length);
      return weightedSum([1, sample], [fround(down - sigma), derivative], [up, noise]);
    },

    addNoise: (sample, noise, timestep) => addNoiseAt(sigmas, position.find(timestep), sample, noise),
  };
}

/** down^2 + up^2 = nextSigma^2, where `up` is the noise that the training would have added. */
function splitStep(sigma: number, nextSigma: number): { down: number; up: number } {
  const square = fround(sigma * sigma);
  const nextSquare = fround(nextSigma * nextSigma);
  const up = fround(sqrt(fround(fround(nextSquare * fround(square - nextSquare)) / square)));
  return { down: fround(sqrt(fround(nextSquare - fround(up * up)))), up };
}
