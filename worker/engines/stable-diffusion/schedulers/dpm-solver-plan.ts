import type { OptionReader } from './config.ts';
import { at } from './float32.ts';
import { BETA_SCHEDULES, toSigmas } from './noise-schedule.ts';
import { roundHalfToEven } from './rounding.ts';
import {
  createSigmaToTimestep,
  FINAL_SIGMAS,
  interpolate,
  lu,
  readSigmaSpacing,
  type SigmaSpacing,
} from './sigma-spacing.ts';
import {
  linearTimesteps,
  multiplesDescending,
  TIMESTEP_SPACINGS,
  type TimestepSpacing,
  trailingTimesteps,
} from './timestep-spacing.ts';

const { fround, log, sqrt } = Math;

interface Plan {
  readonly timesteps: number[];
  /** Has one entry more than `timesteps`. */
  readonly sigmas: Float32Array;
}

export function createPlanner(options: OptionReader, alphasCumprod: Float32Array): (count: number) => Plan {
  const trainSigmas = toSigmas(alphasCumprod);
  const spacing = options.choice('timestep_spacing', TIMESTEP_SPACINGS, 'linspace');
  const stepsOffset = options.integer('steps_offset', 0, 0);
  const usable = countAtOrAbove(alphasCumprod, options.number('lambda_min_clipped', -Infinity));
  const finalType = options.choice('final_sigmas_type', FINAL_SIGMAS, 'zero');
  const finalSigma = finalType === 'zero' ? 0 : at(trainSigmas, 0);
  const isCosine = options.choice('beta_schedule', BETA_SCHEDULES, 'linear') === 'squaredcos_cap_v2';
  const sigmaSpacing = readDpmSigmaSpacing(options, isCosine);
  const toTimestep = createSigmaToTimestep(trainSigmas);

  return (count) => {
    if (sigmaSpacing === undefined) {
      const timesteps = space(spacing, count, alphasCumprod.length, usable, stepsOffset);
      const byTimestep = timesteps.map((timestep) => interpolate(trainSigmas, timestep));
      return { timesteps, sigmas: Float32Array.from([...byTimestep, finalSigma]) };
    }
    const chosen = sigmaSpacing.curve(at(trainSigmas, trainSigmas.length - 1), at(trainSigmas, 0), count);
    return {
      timesteps: chosen.map((sigma) => sigmaSpacing.toWhole(toTimestep(sigma))),
      sigmas: Float32Array.from([...chosen, finalSigma]),
    };
  };
}

/** Unlike Euler's plan, it is made with one step more, of which the lowest is dropped. */
function space(
  spacing: TimestepSpacing,
  count: number,
  trainTimesteps: number,
  usable: number,
  stepsOffset: number,
): number[] {
  switch (spacing) {
    case 'linspace':
      return linearTimesteps(usable - 1, count + 1)
        .slice(0, -1)
        .map(roundHalfToEven);
    case 'leading':
      return multiplesDescending(Math.floor(usable / (count + 1)), count + 1)
        .slice(0, -1)
        .map((timestep) => timestep + stepsOffset);
    case 'trailing':
      return trailingTimesteps(usable, trainTimesteps / count);
  }
}

/** How many training timesteps have a half log signal-to-noise ratio (lambda) of at least `floor`. */
function countAtOrAbove(alphasCumprod: Float32Array, floor: number): number {
  return alphasCumprod.filter((alpha) => {
    const [signal, noise] = [fround(sqrt(alpha)), fround(sqrt(fround(1 - alpha)))];
    return fround(fround(log(signal)) - fround(log(noise))) >= floor;
  }).length;
}

interface DpmSigmaSpacing extends Pick<SigmaSpacing, 'curve'> {
  readonly toWhole: (timestep: number) => number;
}

/**
 * As diffusers: timesteps of Karras and Lu are rounded, except on the cosine schedule; those of the other two are
 * truncated. Karras wins over Lu, and Lu over the others.
 */
function readDpmSigmaSpacing(options: OptionReader, isCosine: boolean): DpmSigmaSpacing | undefined {
  const roundUnlessCosine = isCosine ? Math.trunc : roundHalfToEven;
  const spacing = readSigmaSpacing(options);
  if (spacing?.name === 'use_karras_sigmas') return { curve: spacing.curve, toWhole: roundUnlessCosine };
  if (options.flag('use_lu_lambdas', false)) return { curve: lu, toWhole: roundUnlessCosine };
  return spacing === undefined ? undefined : { curve: spacing.curve, toWhole: Math.trunc };
}
