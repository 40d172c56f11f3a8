import { createTorchRandom } from '../../../../../worker/engines/stable-diffusion/random.ts';
import { createScheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';

/** The fixtures of diffusers' tests, tests/schedulers/test_schedulers.py (class SchedulerCommonTest). */

const SHAPE = { batch: 4, channels: 3, side: 8 };
const SIZE = 768;

/** `arange(768) / 768` laid out as [channels, height, width, batch] and permuted to [batch, channels, height, width]. */
export function dummySample(): Float32Array {
  return layOut((rank) => rank / SIZE);
}

export function dummyNoise(): Float32Array {
  return layOut((rank) => (SIZE - 1 - rank) / SIZE);
}

function layOut(value: (rank: number) => number): Float32Array {
  const perPicture = SIZE / SHAPE.batch;
  return Float32Array.from({ length: SIZE }, (_, index) => {
    const [picture, place] = [Math.floor(index / perPicture), index % perPicture];
    return value(place * SHAPE.batch + picture);
  });
}

/** x * t / (t + 1) in float32. */
export function dummyModel(sample: Float32Array, timestep: number): Float32Array {
  return sample.map((value) => Math.fround(value * timestep) / (timestep + 1));
}

export interface LoopOptions {
  readonly steps?: number;
  /** Index of the entry at which the run starts, with `dummyNoise` added. */
  readonly start?: number;
  /** Diffusers' Euler tests also pass the scaled sample to `step`. */
  readonly stepsScaled?: boolean;
}

export function runDummyLoop(config: SchedulerConfig, options: LoopOptions = {}): Float32Array {
  const { steps = 10, start, stepsScaled = false } = options;
  const scheduler = createScheduler(config);
  scheduler.setTimesteps(steps);
  const random = createTorchRandom(0);
  const factor = scheduler.initNoiseSigma;
  let sample: Float32Array = dummySample().map((value) => value * factor);
  const timesteps = scheduler.timesteps.slice(start ?? 0);
  const [first] = timesteps;
  if (start !== undefined && first !== undefined) sample = scheduler.addNoise(sample, dummyNoise(), first);
  for (const timestep of timesteps) {
    const scaled = scheduler.scaleModelInput(sample, timestep);
    const output = dummyModel(scaled, timestep);
    sample = scheduler.step(output, timestep, stepsScaled ? scaled : sample, random, SHAPE.batch);
  }
  return sample;
}

export function sumOfMagnitudes(sample: Float32Array): number {
  return sample.reduce((sum, value) => sum + Math.abs(value), 0);
}

export const LINEAR = { num_train_timesteps: 1000, beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear' };

/** The betas of Stable Diffusion 1 and 2. */
export const STABLE_DIFFUSION = {
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
};

export const V_PREDICTION = { prediction_type: 'v_prediction' };
