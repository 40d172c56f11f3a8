import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';
import {
  LINEAR,
  type LoopOptions,
  runDummyLoop,
  STABLE_DIFFUSION,
  sumOfMagnitudes,
  V_PREDICTION,
} from './dummy-loop.ts';

/** Figures of diffusers' tests/schedulers, with the tolerances of those tests. */
interface Figure {
  readonly name: string;
  readonly config: SchedulerConfig;
  readonly loop?: LoopOptions;
  readonly sum?: number;
  readonly sumTolerance?: number;
  readonly mean: number;
}

const PNDM = { ...LINEAR, _class_name: 'PNDMScheduler' };
const DDIM = { ...LINEAR, _class_name: 'DDIMScheduler', clip_sample: true };
const EULER = { ...LINEAR, _class_name: 'EulerDiscreteScheduler', num_train_timesteps: 1100 };
const EULER_A = { ...LINEAR, _class_name: 'EulerAncestralDiscreteScheduler', num_train_timesteps: 1100 };
const DPM = {
  ...LINEAR,
  _class_name: 'DPMSolverMultistepScheduler',
  solver_order: 2,
  prediction_type: 'epsilon',
  thresholding: false,
  sample_max_value: 1,
  algorithm_type: 'dpmsolver++',
  solver_type: 'midpoint',
  lower_order_final: false,
  euler_at_final: false,
  lambda_min_clipped: -Infinity,
  variance_type: null,
  final_sigmas_type: 'sigma_min',
};
const LCM = { ...STABLE_DIFFUSION, _class_name: 'LCMScheduler', prediction_type: 'epsilon' };
const scaled = { stepsScaled: true };

const FIGURES: readonly Figure[] = [
  { name: 'DDIM', config: DDIM, sum: 172.0067, mean: 0.223967 },
  { name: 'DDIM v', config: { ...DDIM, ...V_PREDICTION }, sum: 52.5302, mean: 0.0684 },
  {
    name: 'DDIM, alpha to one',
    config: { ...DDIM, set_alpha_to_one: true, beta_start: 0.01 },
    sum: 149.8295,
    mean: 0.1951,
  },
  {
    name: 'DDIM, alpha not to one',
    config: { ...DDIM, set_alpha_to_one: false, beta_start: 0.01 },
    sum: 149.0784,
    mean: 0.1941,
  },
  { name: 'DDIM from noise', config: DDIM, loop: { start: 8 }, sum: 354.5418, mean: 0.4616 },
  { name: 'PNDM', config: PNDM, sum: 198.1318, mean: 0.258 },
  { name: 'PNDM v', config: { ...PNDM, ...V_PREDICTION }, sum: 67.3986, mean: 0.0878 },
  {
    name: 'PNDM, alpha to one',
    config: { ...PNDM, set_alpha_to_one: true, beta_start: 0.01 },
    sum: 230.0399,
    mean: 0.2995,
  },
  {
    name: 'PNDM, alpha not to one',
    config: { ...PNDM, set_alpha_to_one: false, beta_start: 0.01 },
    sum: 186.9482,
    mean: 0.2434,
  },
  { name: 'Euler', config: EULER, loop: scaled, sum: 10.0807, mean: 0.0131 },
  { name: 'Euler v', config: { ...EULER, ...V_PREDICTION }, loop: scaled, sum: 0.0002, mean: 2.2676e-6 },
  {
    name: 'Euler Karras',
    config: { ...EULER, use_karras_sigmas: true },
    loop: scaled,
    sum: 124.52299499511719,
    mean: 0.16213932633399963,
  },
  { name: 'Euler from noise', config: EULER, loop: { ...scaled, start: 8 }, sum: 57062.9297, mean: 74.3007 },
  { name: 'Euler ancestral', config: EULER_A, loop: scaled, sum: 152.3192, mean: 0.1983 },
  {
    name: 'Euler ancestral v',
    config: { ...EULER_A, ...V_PREDICTION },
    loop: scaled,
    sum: 108.4439,
    mean: 0.1412,
  },
  {
    name: 'Euler ancestral from noise',
    config: EULER_A,
    loop: { ...scaled, start: 8 },
    sum: 56163.0508,
    mean: 73.129,
  },
  { name: 'DPM++', config: DPM, mean: 0.3301 },
  {
    name: 'DPM++ with thresholding',
    config: { ...DPM, thresholding: true, dynamic_thresholding_ratio: 0.87, sample_max_value: 0.5 },
    mean: 1.1364,
  },
  { name: 'DPM++ v', config: { ...DPM, ...V_PREDICTION }, mean: 0.2251 },
  { name: 'DPM++ v Karras', config: { ...DPM, ...V_PREDICTION, use_karras_sigmas: true }, mean: 0.2096 },
  { name: 'DPM++ v Lu', config: { ...DPM, ...V_PREDICTION, use_lu_lambdas: true }, mean: 0.1554 },
  { name: 'DPM++ from noise', config: DPM, loop: { start: 5 }, sum: 318.4111, mean: 0.4146 },
  { name: 'LCM, 1 step', config: LCM, loop: { steps: 1 }, sum: 18.7097, sumTolerance: 1e-3, mean: 0.0244 },
  { name: 'LCM, 10 steps', config: LCM, sum: 197.7616, sumTolerance: 1e-3, mean: 0.2575 },
];

describe("diffusers' published figures", () => {
  for (const { name, config, loop, sum, sumTolerance = 1e-2, mean } of FIGURES) {
    test(name, () => {
      const result = runDummyLoop(config, loop);
      const total = sumOfMagnitudes(result);
      if (sum !== undefined) assert.ok(Math.abs(total - sum) < sumTolerance, `sum ${total}, wanted ${sum}`);
      assert.ok(Math.abs(total / result.length - mean) < 1e-3, `mean ${total / result.length}, wanted ${mean}`);
    });
  }
});
