import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createScheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';
import { LINEAR, STABLE_DIFFUSION } from './dummy-loop.ts';

function plan(className: string, options: SchedulerConfig, steps: number): number[] {
  const scheduler = createScheduler({ ...STABLE_DIFFUSION, ...options, _class_name: className });
  scheduler.setTimesteps(steps);
  return scheduler.timesteps;
}

type Case = readonly [options: SchedulerConfig, steps: number, timesteps: readonly number[]];

/** Complete tables from diffusers' tests, or computed by NumPy from diffusers' expressions. */
const PLANS: Readonly<Record<string, readonly Case[]>> = {
  DDIMScheduler: [
    [{ steps_offset: 1 }, 5, [801, 601, 401, 201, 1]],
    [{ steps_offset: 1 }, 7, [853, 711, 569, 427, 285, 143, 1]],
    [{ timestep_spacing: 'trailing' }, 4, [999, 749, 499, 249]],
    // Ties round to the even neighbour before 1 is subtracted: 937.5 to 938, 812.5 to 812.
    [
      { timestep_spacing: 'trailing' },
      16,
      [999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249, 187, 124, 61],
    ],
    [{ timestep_spacing: 'linspace' }, 7, [999, 832, 666, 500, 333, 166, 0]],
  ],
  PNDMScheduler: [
    [
      { steps_offset: 1 },
      10,
      [901, 851, 851, 801, 801, 751, 751, 701, 701, 651, 651, 601, 601, 501, 401, 301, 201, 101, 1],
    ],
    [{ steps_offset: 1 }, 4, [751, 626, 626, 501, 501, 376, 376, 251, 251, 126, 126, 1, 1]],
    [
      { timestep_spacing: 'trailing' },
      7,
      [999, 927, 927, 856, 856, 784, 784, 713, 713, 641, 641, 570, 570, 428, 285, 142],
    ],
    [{ skip_prk_steps: true, steps_offset: 1 }, 5, [801, 601, 601, 401, 201, 1]],
    [{ skip_prk_steps: true, timestep_spacing: 'linspace' }, 4, [999, 666, 666, 333, 0]],
    [{ skip_prk_steps: true, steps_offset: 1 }, 2, [501, 1, 1]],
    [{ skip_prk_steps: true, steps_offset: 1 }, 1, [1]],
  ],
  EulerDiscreteScheduler: [
    [{}, 7, [999, 832.5, 666, 499.5, 333, 166.5, 0]],
    [{ timestep_spacing: 'leading', steps_offset: 1 }, 4, [751, 501, 251, 1]],
    [{ timestep_spacing: 'trailing' }, 1, [999]],
    [{ timestep_spacing: 'trailing' }, 2, [999, 499]],
    [{ timestep_spacing: 'trailing' }, 4, [999, 749, 499, 249]],
  ],
  EulerAncestralDiscreteScheduler: [
    [{}, 4, [999, 666, 333, 0]],
    [{ timestep_spacing: 'trailing' }, 1, [999]],
    [{ timestep_spacing: 'leading', steps_offset: 1 }, 2, [501, 1]],
  ],
  DPMSolverMultistepScheduler: [
    [{}, 10, [999, 899, 799, 699, 599, 500, 400, 300, 200, 100]],
    [{}, 1, [999]],
    [{ timestep_spacing: 'leading', steps_offset: 1 }, 10, [901, 811, 721, 631, 541, 451, 361, 271, 181, 91]],
    [{ timestep_spacing: 'trailing' }, 5, [999, 799, 599, 399, 199]],
    [{ use_karras_sigmas: true }, 10, [999, 916, 815, 687, 523, 327, 146, 41, 7, 0]],
    [{ use_lu_lambdas: true }, 10, [999, 875, 724, 538, 330, 153, 52, 14, 3, 0]],
    [{ use_exponential_sigmas: true }, 10, [998, 874, 723, 538, 329, 152, 52, 14, 2, 0]],
    [{ use_beta_sigmas: true }, 10, [998, 991, 972, 943, 902, 841, 746, 583, 257, 0]],
    [
      { beta_schedule: 'squaredcos_cap_v2', lambda_min_clipped: -5.1 },
      10,
      [995, 896, 796, 696, 597, 498, 398, 298, 199, 100],
    ],
    [
      { beta_schedule: 'squaredcos_cap_v2', lambda_min_clipped: -5.1, timestep_spacing: 'trailing' },
      10,
      [995, 895, 795, 695, 595, 495, 395, 295, 195, 95],
    ],
    [
      { beta_schedule: 'squaredcos_cap_v2', use_karras_sigmas: true },
      10,
      [998, 998, 998, 998, 997, 995, 983, 894, 259, 0],
    ],
  ],
  LCMScheduler: [
    [{}, 1, [999]],
    [{}, 3, [999, 679, 339]],
    [{}, 4, [999, 759, 499, 259]],
    [{}, 8, [999, 879, 759, 639, 499, 379, 259, 139]],
    [{ original_inference_steps: 100 }, 4, [999, 749, 499, 249]],
  ],
};

for (const [className, cases] of Object.entries(PLANS)) {
  describe(`the plan of ${className}`, () => {
    for (const [options, steps, timesteps] of cases) {
      test(`${JSON.stringify(options)}, ${steps} steps`, () => {
        assert.deepEqual(plan(className, options, steps), timesteps);
      });
    }
  });
}

describe('special plans', () => {
  test('50 steps of Stable Diffusion 1 are 51 evaluations: 981, 961, 961, 941, ... 21, 1', () => {
    const timesteps = plan('PNDMScheduler', { skip_prk_steps: true, steps_offset: 1 }, 50);
    const distinct = Array.from({ length: 50 }, (_, index) => 981 - 20 * index);
    assert.deepEqual(timesteps, [981, 961, ...distinct.slice(1)]);
  });

  test("Euler's Karras timesteps are fractions", () => {
    const timesteps = plan('EulerDiscreteScheduler', { use_karras_sigmas: true }, 5);
    const wanted = [999, 785.9539794921875, 427.4897766113281, 58.891502380371094, 0];
    timesteps.forEach((timestep, index) => {
      assert.ok(Math.abs(timestep - (wanted[index] ?? 0)) < 1e-3, `${timestep}, wanted ${wanted[index]}`);
    });
  });

  test('as many steps as training timesteps are allowed', () => {
    const timesteps = plan('DPMSolverMultistepScheduler', { ...LINEAR }, 1000);
    assert.equal(timesteps.length, 1000);
  });

  test('trailing has no timestep -1, which rounding errors add in NumPy', () => {
    const timesteps = plan('DDIMScheduler', { timestep_spacing: 'trailing' }, 61);
    assert.equal(timesteps.length, 61);
    assert.deepEqual(timesteps.slice(-3), [48, 32, 15]);
  });

  test('before a plan is made, the timesteps are all those of the training', () => {
    for (const className of Object.keys(PLANS)) {
      const { timesteps } = createScheduler({ ...STABLE_DIFFUSION, _class_name: className });
      assert.equal(timesteps.length, 1000);
      assert.deepEqual([timesteps[0], timesteps.at(-1)], [999, 0]);
    }
  });
});

describe('initNoiseSigma', () => {
  const initNoiseSigma = (className: string, options: SchedulerConfig) => {
    const scheduler = createScheduler({ ...STABLE_DIFFUSION, ...options, _class_name: className });
    const before = scheduler.initNoiseSigma;
    scheduler.setTimesteps(4);
    return { before, after: scheduler.initNoiseSigma };
  };
  const near = (got: number, wanted: number) =>
    assert.ok(Math.abs(got - wanted) < 1e-5 * wanted, `${got}, wanted ${wanted}`);

  for (const className of ['EulerDiscreteScheduler', 'EulerAncestralDiscreteScheduler']) {
    test(`${className} is the highest sigma, and with leading also counts the picture's own variance`, () => {
      for (const spacing of ['linspace', 'trailing']) {
        const { before, after } = initNoiseSigma(className, { timestep_spacing: spacing });
        near(before, 14.614646911621094);
        near(after, 14.614646911621094);
      }
      const leading = initNoiseSigma(className, { timestep_spacing: 'leading', steps_offset: 1 });
      near(leading.before, 14.648818969726562);
      near(leading.after, 4.236413955688477);
    });
  }

  test('is 1 for all others', () => {
    for (const className of ['PNDMScheduler', 'DDIMScheduler', 'DPMSolverMultistepScheduler', 'LCMScheduler']) {
      assert.deepEqual(initNoiseSigma(className, {}), { before: 1, after: 1 });
    }
  });
});
