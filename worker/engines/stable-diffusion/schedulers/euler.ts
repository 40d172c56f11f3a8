import { createOptionReader, type OptionReader } from './config.ts';
import { at, divide, weightedSum } from './float32.ts';
import { createNoiseSchedule, FINITE_TERMINAL_SIGMA, linspace, toSigmas } from './noise-schedule.ts';
import { PREDICTION_TYPES } from './prediction.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { addNoiseAt, toDerivative, toInitNoiseSigma, toInputDivisor } from './sigma-sampling.ts';
import { createSigmaToTimestep, FINAL_SIGMAS, interpolate, readSigmaSpacing } from './sigma-spacing.ts';
import { createStepPosition } from './step-position.ts';
import {
  allTimesteps,
  checkCount,
  spaceTimesteps,
  TIMESTEP_SPACINGS,
  type TimestepSpacing,
} from './timestep-spacing.ts';

const { fround } = Math;

/** Euler's method in sigma (arXiv:2206.00364, algorithm 1 without churn), as diffusers' EulerDiscreteScheduler. */
export function createEuler(config: SchedulerConfig): Scheduler {
  const options = createOptionReader(config);
  const { trainTimesteps, alphasCumprod } = createNoiseSchedule(options, FINITE_TERMINAL_SIGMA);
  const predictionType = options.choice('prediction_type', PREDICTION_TYPES, 'epsilon');
  const spacing = options.choice('timestep_spacing', TIMESTEP_SPACINGS, 'linspace');
  const trainSigmas = toSigmas(alphasCumprod);
  const plan = createPlanner(options, spacing, trainSigmas);
  // For models that were trained on the logarithm of sigma. Diffusers reads the option only for v_prediction.
  const timestepType = options.choice('timestep_type', ['discrete', 'continuous'], 'discrete');
  const isContinuous = timestepType === 'continuous' && predictionType === 'v_prediction';

  let sigmas: Float32Array = trainSigmas.toReversed();
  let timesteps = isContinuous ? toContinuous(sigmas) : allTimesteps(trainTimesteps);
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
      const planned = plan(count);
      sigmas = planned.sigmas;
      timesteps = isContinuous ? toContinuous(sigmas.subarray(0, -1)) : planned.timesteps;
      position.reset(timesteps);
    },

    scaleModelInput: (sample, timestep) => divide(sample, toInputDivisor(at(sigmas, position.current(timestep)))),

    step(modelOutput, timestep, sample) {
      const index = position.current(timestep);
      const [sigma, nextSigma] = [at(sigmas, index), at(sigmas, index + 1)];
      const derivative = toDerivative(predictionType, modelOutput, sample, sigma);
      position.advance();
      return weightedSum([1, sample], [fround(nextSigma - sigma), derivative]);
    },

    addNoise: (sample, noise, timestep) => addNoiseAt(sigmas, position.find(timestep), sample, noise),
  };
}

interface Plan {
  /** Rounded to float32, as the model gets them. */
  readonly timesteps: number[];
  /** Has one entry more than `timesteps`. */
  readonly sigmas: Float32Array;
}

function createPlanner(
  options: OptionReader,
  spacing: TimestepSpacing,
  trainSigmas: Float32Array,
): (count: number) => Plan {
  const stepsOffset = options.integer('steps_offset', 0, 0);
  const interpolation = options.choice('interpolation_type', ['linear', 'log_linear'], 'linear');
  const sigmaSpacing = readSigmaSpacing(options);
  const sigmaMin = options.optionalNumber('sigma_min');
  const sigmaMax = options.optionalNumber('sigma_max');
  const finalSigma = options.choice('final_sigmas_type', FINAL_SIGMAS, 'zero') === 'zero' ? 0 : at(trainSigmas, 0);
  const toTimestep = createSigmaToTimestep(trainSigmas);

  return (count) => {
    const spaced = spaceTimesteps(spacing, count, trainSigmas.length, stepsOffset).map(fround);
    const byTimestep =
      interpolation === 'linear'
        ? spaced.map((timestep) => interpolate(trainSigmas, timestep))
        : logLinearSigmas(trainSigmas, count);
    if (sigmaSpacing === undefined)
      return { timesteps: spaced, sigmas: Float32Array.from([...byTimestep, finalSigma]) };

    const [highest, lowest] = [sigmaMax ?? byTimestep[0] ?? 0, sigmaMin ?? byTimestep.at(-1) ?? 0];
    const chosen = sigmaSpacing.curve(highest, lowest, count);
    return {
      timesteps: chosen.map((sigma) => fround(toTimestep(sigma))),
      sigmas: Float32Array.from([...chosen, finalSigma]),
    };
  };
}

/** Returns one more than `count`, since diffusers reaches the lowest sigma only after the last step. */
function logLinearSigmas(trainSigmas: Float32Array, count: number): number[] {
  const [lowest, highest] = [at(trainSigmas, 0), at(trainSigmas, trainSigmas.length - 1)];
  return [...linspace(Math.log(highest), Math.log(lowest), count + 1).map(Math.exp)];
}

function toContinuous(sigmas: Float32Array): number[] {
  return [...sigmas.map((sigma) => fround(Math.log(sigma)) * 0.25)];
}
