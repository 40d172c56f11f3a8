import { createOptionReader } from './config.ts';
import { createPlanner } from './dpm-solver-plan.ts';
import { createSolver } from './dpm-solver-update.ts';
import { unsupportedConfig } from './faults.ts';
import { at } from './float32.ts';
import { createNoiseSchedule, FINITE_TERMINAL_SIGMA, toSigmas } from './noise-schedule.ts';
import { createThresholding } from './picture-range.ts';
import { type Mixture, mix, PREDICTION_TYPES, toNoise, toPicture } from './prediction.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { FINAL_SIGMAS } from './sigma-spacing.ts';
import { createStepPosition } from './step-position.ts';
import { allTimesteps, checkCount } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

/** With `lower_order_final`, plans of fewer steps use a lower order for their last steps. */
const FEW_STEPS = 15;

/** DPM-Solver and DPM-Solver++ (arXiv:2206.00927, 2211.01095), as diffusers' DPMSolverMultistepScheduler. */
export function createDpmSolverMultistep(config: SchedulerConfig): Scheduler {
  const options = createOptionReader(config);
  refuseForeign(config);
  const { trainTimesteps, alphasCumprod } = createNoiseSchedule(options, FINITE_TERMINAL_SIGMA);
  const predictionType = options.choice('prediction_type', PREDICTION_TYPES, 'epsilon');
  const isThresholding = options.flag('thresholding', false);
  const limitRange = createThresholding(options);
  const orderLimit = createOrderLimit(options.integer('solver_order', 2, 1, 3), {
    finalIsZero: options.choice('final_sigmas_type', FINAL_SIGMAS, 'zero') === 'zero',
    eulerAtFinal: options.flag('euler_at_final', false),
    lowerOrderFinal: options.flag('lower_order_final', true),
  });
  const solver = createSolver(options);
  const plan = createPlanner(options, alphasCumprod);

  let sigmas: Float32Array = toSigmas(alphasCumprod).toReversed();
  let timesteps = allTimesteps(trainTimesteps);
  /** Predicted pictures or noises, as the solver integrates them, newest first. */
  let history: Float32Array[] = [];
  const position = createStepPosition(timesteps);

  const convert = (modelOutput: Float32Array, sample: Float32Array, mixture: Mixture, batch: number) => {
    if (solver.integrates === 'picture') {
      return limitRange(toPicture(predictionType, modelOutput, sample, mixture), batch);
    }
    const noise = toNoise(predictionType, modelOutput, sample, mixture);
    if (!isThresholding) return noise;
    const picture = limitRange(toPicture('epsilon', noise, sample, mixture), batch);
    return toNoise('sample', picture, sample, mixture);
  };

  return {
    get timesteps() {
      return timesteps;
    },
    initNoiseSigma: 1,

    setTimesteps(count) {
      checkCount(count, trainTimesteps);
      ({ timesteps, sigmas } = plan(count));
      history = [];
      position.reset(timesteps);
    },

    scaleModelInput: (sample) => sample,

    step(modelOutput, timestep, sample, random, batch = 1) {
      const index = position.current(timestep);
      const mixture = toUnitMixture(at(sigmas, index));
      history = [convert(modelOutput, sample, mixture, batch), ...history].slice(0, 3);
      const order = Math.min(history.length, orderLimit(index, timesteps.length));
      const recentSigmas = [...sigmas.subarray(index + 1 - order, index + 2)].toReversed();
      position.advance();
      return solver.update(sample, history.slice(0, order), recentSigmas.map(toUnitMixture), random);
    },

    addNoise: (sample, noise, timestep) => mix(toUnitMixture(at(sigmas, position.find(timestep))), sample, noise),
  };
}

/** Options of diffusers' class that belong to other families of models: flow matching, learned variances. */
function refuseForeign(config: SchedulerConfig): void {
  for (const key of ['use_flow_sigmas', 'use_dynamic_shifting']) {
    if (config[key]) throw unsupportedConfig(`${key} is not supported.`);
  }
  if (config.variance_type === 'learned' || config.variance_type === 'learned_range') {
    throw unsupportedConfig(`variance_type ${config.variance_type} is not supported.`);
  }
}

interface FinalSteps {
  readonly finalIsZero: boolean;
  readonly eulerAtFinal: boolean;
  readonly lowerOrderFinal: boolean;
}

/** The highest order that a step of a plan may have. */
function createOrderLimit(solverOrder: number, { finalIsZero, eulerAtFinal, lowerOrderFinal }: FinalSteps) {
  return (index: number, count: number): number => {
    const isLowered = lowerOrderFinal && count < FEW_STEPS;
    if (index === count - 1 && (finalIsZero || eulerAtFinal || isLowered)) return 1;
    return index === count - 2 && isLowered ? Math.min(solverOrder, 2) : solverOrder;
  };
}

/** The unit-variance mixture in which noise and picture have the ratio `sigma`. */
function toUnitMixture(sigma: number): Mixture {
  const signal = fround(1 / fround(sqrt(fround(fround(sigma * sigma) + 1))));
  return { signal, noise: fround(sigma * signal) };
}
