import { invalidSteps } from './faults.ts';
import { roundHalfToEven } from './rounding.ts';

/** Table 2 of arXiv:2305.08891. */
export const TIMESTEP_SPACINGS = ['linspace', 'leading', 'trailing'] as const;
export type TimestepSpacing = (typeof TIMESTEP_SPACINGS)[number];

/**
 * `count` timesteps, highest first. `linspace` gives fractions. Throws for a single step with `linspace`, since that would be
 * timestep 0, which belongs to a picture without noise.
 */
export function spaceTimesteps(
  spacing: TimestepSpacing,
  count: number,
  trainTimesteps: number,
  stepsOffset: number,
): number[] {
  switch (spacing) {
    case 'linspace':
      if (count === 1) throw invalidSteps('This model needs 2 steps or more (its timestep_spacing is linspace).');
      return linearTimesteps(trainTimesteps - 1, count);
    case 'leading':
      return multiplesDescending(Math.floor(trainTimesteps / count), count).map((timestep) => timestep + stepsOffset);
    case 'trailing':
      return trailingTimesteps(trainTimesteps, trainTimesteps / count);
  }
}

/** Throws unless there is a training timestep for each step. */
export function checkCount(count: number, trainTimesteps: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= trainTimesteps) return;
  throw invalidSteps(`The number of steps must be a whole number from 1 to ${trainTimesteps}, but is ${count}.`);
}

/** Every training timestep, highest first, which schedulers have before a plan is made. */
export function allTimesteps(trainTimesteps: number): number[] {
  return multiplesDescending(1, trainTimesteps);
}

/** From `highest` down to 0 in even parts. */
export function linearTimesteps(highest: number, count: number): number[] {
  const part = highest / (count - 1);
  return multiplesDescending(1, count).map((index) => (index === count - 1 ? highest : index * part));
}

export function multiplesDescending(ratio: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (count - 1 - index) * ratio);
}

/**
 * From `end` - 1 down in steps of `ratio`, rounded. For some counts (61, 103, ...) NumPy's `arange` makes one entry too many,
 * timestep -1, for which diffusers reads the wrong end of the schedule. It is omitted here.
 */
export function trailingTimesteps(end: number, ratio: number): number[] {
  const part = end - (end - ratio);
  return Array.from({ length: Math.ceil(end / ratio) }, (_, index) => roundHalfToEven(end - index * part) - 1).filter(
    (timestep) => timestep >= 0,
  );
}

/** Whole timesteps, for schedulers that find values by training timestep. */
export function spaceWholeTimesteps(
  spacing: TimestepSpacing,
  count: number,
  trainTimesteps: number,
  stepsOffset: number,
): number[] {
  const timesteps = spaceTimesteps(spacing, count, trainTimesteps, stepsOffset).map(roundHalfToEven);
  const highest = timesteps[0] ?? 0;
  if (highest < trainTimesteps) return timesteps;
  throw invalidSteps(
    `${count} steps are too many for this model: its steps_offset ${stepsOffset} would lead to timestep ${highest}.`,
  );
}
