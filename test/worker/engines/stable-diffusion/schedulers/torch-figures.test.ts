import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';
import { runDummyLoop, STABLE_DIFFUSION, sumOfMagnitudes } from './dummy-loop.ts';

/**
 * Sums of magnitudes, and element 37, after diffusers' dummy loop with Stable Diffusion's betas. They were computed with
 * torch 2.13 from diffusers' formulas, for options that diffusers' tests do not cover. As in a pipeline, `step` gets
 * the unscaled sample.
 */
type Case = readonly [options: SchedulerConfig, steps: number, sum: number, element: number];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  PNDMScheduler: [
    [{ skip_prk_steps: true, steps_offset: 1 }, 10, 201.3864, 0.101196],
    [{ skip_prk_steps: true, steps_offset: 1, timestep_spacing: 'trailing' }, 10, 197.4393, 0.099213],
    [{ timestep_spacing: 'linspace' }, 10, 222.0999, 0.111605],
  ],
  DDIMScheduler: [
    [{ clip_sample: false, set_alpha_to_one: false, steps_offset: 1 }, 10, 183.2582, 0.092087],
    [{ clip_sample: false, eta: 1 }, 10, 251.752, -0.035055],
    [
      {
        clip_sample: false,
        timestep_spacing: 'trailing',
        prediction_type: 'v_prediction',
        rescale_betas_zero_snr: true,
      },
      10,
      55.692,
      0.027985,
    ],
    [{ thresholding: true, sample_max_value: 1.5, prediction_type: 'v_prediction' }, 10, 68.5704, 0.034457],
  ],
  EulerDiscreteScheduler: [
    [{ timestep_spacing: 'leading', steps_offset: 1 }, 10, 180.6484, 0.090776],
    [{ timestep_spacing: 'trailing' }, 10, 173.8705, 0.08737],
    [{ use_karras_sigmas: true }, 10, 179.5753, 0.090236],
    [{ use_karras_sigmas: true, sigma_min: 0.002, sigma_max: 80 }, 10, 163.7521, 0.082285],
    [{ use_exponential_sigmas: true }, 10, 180.2975, 0.090599],
    [{ use_beta_sigmas: true }, 10, 150.8107, 0.075782],
    [{ interpolation_type: 'log_linear' }, 10, 184.3517, 0.092637],
    [{ final_sigmas_type: 'sigma_min' }, 10, 178.7762, 0.089835],
    [{ timestep_type: 'continuous', prediction_type: 'v_prediction' }, 10, 396.4926, 0.199237],
    [{ timestep_spacing: 'trailing', prediction_type: 'v_prediction' }, 10, 61.3819, 0.030844],
  ],
  EulerAncestralDiscreteScheduler: [
    [{ timestep_spacing: 'trailing' }, 10, 249.3026, -0.122481],
    [{ timestep_spacing: 'leading', steps_offset: 1, prediction_type: 'v_prediction' }, 10, 154.5718, -0.019615],
  ],
  DPMSolverMultistepScheduler: [
    [{}, 10, 184.0657, 0.092493],
    [{}, 16, 189.1399, 0.095043],
    [{ solver_order: 3 }, 10, 184.8643, 0.092894],
    [{ solver_order: 3 }, 16, 188.5392, 0.094741],
    [{ solver_order: 3, lower_order_final: false, final_sigmas_type: 'sigma_min' }, 10, 185.6328, 0.09328],
    [{ solver_order: 3, lower_order_final: false, final_sigmas_type: 'sigma_min' }, 16, 189.244, 0.095095],
    [{ solver_type: 'heun' }, 10, 184.7892, 0.092856],
    [{ euler_at_final: true, final_sigmas_type: 'sigma_min' }, 16, 196.0114, 0.098495],
    [{ algorithm_type: 'dpmsolver', final_sigmas_type: 'sigma_min', solver_order: 3 }, 16, 201.6967, 0.101352],
    [{ algorithm_type: 'dpmsolver', final_sigmas_type: 'sigma_min', solver_type: 'heun' }, 10, 189.3459, 0.095146],
    [{ algorithm_type: 'sde-dpmsolver++' }, 10, 280.6366, -0.111633],
    [{ algorithm_type: 'sde-dpmsolver++', solver_type: 'heun' }, 10, 286.048, -0.109262],
    // With the correct sign of the curvature term. Diffusers' sign gives 298.7618 and does not converge.
    [{ algorithm_type: 'sde-dpmsolver++', solver_order: 3 }, 16, 291.3736, -0.008441],
    [{ algorithm_type: 'sde-dpmsolver', final_sigmas_type: 'sigma_min' }, 10, 278.8565, -0.100262],
    [{ algorithm_type: 'sde-dpmsolver', final_sigmas_type: 'sigma_min', solver_type: 'heun' }, 16, 295.5233, 0.096128],
    [{ use_karras_sigmas: true }, 16, 206.5979, 0.103815],
    [{ use_exponential_sigmas: true }, 16, 206.1239, 0.103577],
    [{ use_beta_sigmas: true }, 16, 242.3831, 0.121797],
    [{ use_lu_lambdas: true }, 16, 206.0536, 0.103542],
    [{ timestep_spacing: 'leading', steps_offset: 1 }, 10, 185.6731, 0.093301],
    [{ timestep_spacing: 'trailing' }, 16, 189.2857, 0.095116],
    [{ beta_schedule: 'squaredcos_cap_v2', lambda_min_clipped: -5.1 }, 10, 194.9609, 0.097968],
  ],
  LCMScheduler: [
    [{}, 4, 189.0072, -0.044548],
    [
      {
        prediction_type: 'v_prediction',
        rescale_betas_zero_snr: true,
        original_inference_steps: 100,
        timestep_scaling: 2,
      },
      4,
      87.8741,
      -0.163818,
    ],
  ],
};

for (const [className, cases] of Object.entries(CASES)) {
  describe(`${className} as torch computes it`, () => {
    for (const [options, steps, sum, element] of cases) {
      test(`${JSON.stringify(options)}, ${steps} steps`, () => {
        const result = runDummyLoop({ ...STABLE_DIFFUSION, ...options, _class_name: className }, { steps });
        const total = sumOfMagnitudes(result);
        assert.ok(Math.abs(total - sum) < 1e-4 * sum, `sum ${total}, wanted ${sum}`);
        const got = result[37] ?? 0;
        assert.ok(Math.abs(got - element) < 1e-4, `element ${got}, wanted ${element}`);
      });
    }
  });
}
