import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createScheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';
import { STABLE_DIFFUSION } from './dummy-loop.ts';
import { gaussian, runIdeal, type Shares, sharesAt, sharesOfSigma, sigmaAt } from './ideal-models.ts';

/** For normally distributed pictures the probability flow and the final variance have closed forms. */

const MEAN = 0.4;
const DEVIATION = 0.5;
const DPM = 'DPMSolverMultistepScheduler';

function create(className: string, options: SchedulerConfig, steps: number) {
  const scheduler = createScheduler({ ...STABLE_DIFFUSION, ...options, _class_name: className });
  scheduler.setTimesteps(steps);
  return { scheduler, steps, trueNoise: gaussian(MEAN, DEVIATION) };
}

describe('the error falls with the order of the method', () => {
  /** Distances from the mean in standard deviations. The flow does not change a value's distance. */
  const places = [-2, -0.7, 0.1, 1.3];
  const flow = ({ signal, noise }: Shares, place: number) =>
    signal * MEAN + Math.hypot(signal * DEVIATION, noise) * place;

  /** The largest distance to the flow at the lowest noise of the training. */
  const flowError = (className: string, options: SchedulerConfig, steps: number): number => {
    const ideal = create(className, options, steps);
    // Lu's sigmas are even in the logarithm. No timestep has exactly these, so the model is called by sigma.
    const ratio = (sigmaAt(0) / sigmaAt(999)) ** (1 / (steps - 1));
    const shares = (timestep: number, index: number) =>
      options.use_lu_lambdas ? sharesOfSigma(sigmaAt(999) * ratio ** index) : sharesAt(timestep);
    const [first, last] = [shares(ideal.scheduler.timesteps[0] ?? 0, 0), sharesAt(0)];
    const isSigmaSpace = className.startsWith('Euler');
    const start = Float32Array.from(places, (place) => flow(first, place) / (isSigmaSpace ? first.signal : 1));
    const end = runIdeal({ ...ideal, start, shares });
    const unit = isSigmaSpace ? last.signal : 1;
    return Math.max(...places.map((place, index) => Math.abs((end[index] ?? 0) * unit - flow(last, place))));
  };

  const lu = { use_lu_lambdas: true, final_sigmas_type: 'sigma_min', lower_order_final: false };
  const cases: readonly (readonly [string, SchedulerConfig, minOrder: number, maxOrder: number])[] = [
    ['EulerDiscreteScheduler', { final_sigmas_type: 'sigma_min', timestep_spacing: 'trailing' }, 0.8, 1.4],
    ['DDIMScheduler', { clip_sample: false, set_alpha_to_one: false, timestep_spacing: 'trailing' }, 0.8, 1.4],
    [DPM, { ...lu, solver_order: 1 }, 0.8, 1.3],
    [DPM, { ...lu, solver_order: 2 }, 1.8, 2.3],
    [DPM, { ...lu, solver_order: 2, solver_type: 'heun' }, 1.8, 2.3],
    [DPM, { ...lu, solver_order: 3 }, 1.8, 2.4],
    [DPM, { ...lu, solver_order: 2, algorithm_type: 'dpmsolver' }, 1.8, 2.3],
    [DPM, { ...lu, solver_order: 2, algorithm_type: 'dpmsolver', solver_type: 'heun' }, 1.8, 2.3],
    [DPM, { ...lu, solver_order: 3, algorithm_type: 'dpmsolver' }, 1.8, 2.4],
    ['PNDMScheduler', { timestep_spacing: 'trailing' }, 1.5, 4],
    ['PNDMScheduler', { timestep_spacing: 'trailing', skip_prk_steps: true }, 1.5, 4],
  ];
  for (const [className, options, minOrder, maxOrder] of cases) {
    test(`${className} ${JSON.stringify(options)}`, () => {
      const [coarse, fine] = [flowError(className, options, 50), flowError(className, options, 100)];
      const order = Math.log2(coarse / fine);
      assert.ok(order > minOrder && order < maxOrder, `order ${order} (${coarse}, ${fine})`);
    });
  }

  // The published third order uses only half of the curvature (its D2 is m''/2 times h^2, its factor is for m''), so its
  // error falls like that of order 2, from a lower start.
  for (const algorithm of ['dpmsolver++', 'dpmsolver']) {
    test(`${algorithm} of order 3 is nearer than order 2, and that nearer than order 1`, () => {
      const [first = 0, second = 0, third = 0] = [1, 2, 3].map((order) =>
        flowError(DPM, { ...lu, algorithm_type: algorithm, solver_order: order }, 50),
      );
      assert.ok(second < first / 4 && third < second / 1.5, `errors ${first}, ${second}, ${third}`);
    });
  }
});

describe('the variance converges as steps grow', () => {
  /**
   * All steps are linear, so a run over unit impulses gives the exact variance without random numbers. The sample has
   * one value for each source of noise: the start and every draw.
   */
  const finalVariance = (className: string, options: SchedulerConfig, steps: number): number => {
    const ideal = create(className, options, steps);
    const start = new Float32Array(steps + 2);
    start[1] = ideal.scheduler.initNoiseSigma;
    let draws = 0;
    const random = (count: number) => {
      const impulse = new Float32Array(count);
      impulse[2 + draws++] = 1;
      return impulse;
    };
    const [mean = 0, ...impulses] = runIdeal({ ...ideal, start, random });
    return impulses.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };

  const cases: readonly (readonly [string, SchedulerConfig])[] = [
    ['EulerAncestralDiscreteScheduler', { timestep_spacing: 'trailing' }],
    [DPM, { algorithm_type: 'sde-dpmsolver++', solver_order: 1 }],
    [DPM, { algorithm_type: 'sde-dpmsolver++' }],
    [DPM, { algorithm_type: 'sde-dpmsolver++', solver_type: 'heun' }],
    [DPM, { algorithm_type: 'sde-dpmsolver++', solver_order: 3 }],
    [DPM, { algorithm_type: 'sde-dpmsolver', final_sigmas_type: 'sigma_min' }],
    [DPM, { algorithm_type: 'sde-dpmsolver', final_sigmas_type: 'sigma_min', solver_type: 'heun' }],
    [DPM, {}],
    ['DDIMScheduler', { clip_sample: false, eta: 1, timestep_spacing: 'trailing' }],
    ['DDIMScheduler', { clip_sample: false, timestep_spacing: 'trailing' }],
  ];
  for (const [className, options] of cases) {
    test(`${className} ${JSON.stringify(options)}`, () => {
      const [coarse = 1, fine = 1] = [100, 500].map((steps) =>
        Math.abs(finalVariance(className, options, steps) / DEVIATION ** 2 - 1),
      );
      assert.ok(fine < 0.04 && fine < coarse / 2, `off by ${coarse} in 100 steps, ${fine} in 500`);
    });
  }
});
