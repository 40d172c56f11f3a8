import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTorchRandom } from '../../../../../worker/engines/stable-diffusion/random.ts';
import { createScheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';
import { STABLE_DIFFUSION } from './dummy-loop.ts';
import { pointMass, runIdeal, sharesAt, sharesOfSigma, sigmaAt } from './ideal-models.ts';

/**
 * With a single possible picture the true noise is the same at every timestep, so that methods of every order are exact.
 * A difference means a wrong timestep, sigma, sign or factor.
 */

const PICTURE = Float32Array.of(0.3, -0.8, 1.7, 0, -0.05, 0.9);
const NOISE = Float32Array.of(1.2, -0.4, 0.1, -2.1, 0.7, 0.33);

function create(className: string, options: SchedulerConfig, steps: number) {
  const scheduler = createScheduler({ ...STABLE_DIFFUSION, ...options, _class_name: className });
  scheduler.setTimesteps(steps);
  const start = scheduler.addNoise(PICTURE, NOISE, scheduler.timesteps[0] ?? 0);
  return { scheduler, start, steps };
}

function assertNear(got: Float32Array, wanted: ArrayLike<number>, tolerance: number, what = '') {
  got.forEach((value, index) => {
    const target = wanted[index] ?? Number.NaN;
    assert.ok(Math.abs(value - target) < tolerance, `${what} [${index}] ${value}, wanted ${target}`);
  });
}

const unclipped = { clip_sample: false };
const toOne = { set_alpha_to_one: true };
const DPM = 'DPMSolverMultistepScheduler';

/** Deterministic configs that end without noise and whose samples follow the plan's timesteps. */
const EXACT: readonly (readonly [className: string, options: SchedulerConfig, steps: number])[] = [
  ['DDIMScheduler', unclipped, 10],
  ['DDIMScheduler', { ...unclipped, timestep_spacing: 'trailing' }, 4],
  ['PNDMScheduler', toOne, 10],
  ['PNDMScheduler', { ...toOne, timestep_spacing: 'trailing' }, 20],
  ['PNDMScheduler', { ...toOne, skip_prk_steps: true }, 10],
  ['PNDMScheduler', { ...toOne, skip_prk_steps: true, timestep_spacing: 'trailing' }, 25],
  ['EulerDiscreteScheduler', {}, 7],
  ['EulerDiscreteScheduler', { timestep_spacing: 'leading', steps_offset: 1 }, 10],
  ['EulerDiscreteScheduler', { timestep_spacing: 'trailing' }, 1],
  [DPM, {}, 10],
  [DPM, { solver_order: 1 }, 10],
  [DPM, { solver_order: 3 }, 20],
  [DPM, { solver_type: 'heun', timestep_spacing: 'trailing' }, 10],
  [DPM, { solver_order: 3, timestep_spacing: 'leading', steps_offset: 1 }, 10],
];

describe('one possible picture', () => {
  for (const [className, options, steps] of EXACT) {
    // PNDM averages outputs of several timesteps, and v differs between timesteps.
    const types = className === 'PNDMScheduler' ? ['epsilon'] : ['epsilon', 'v_prediction', 'sample'];
    for (const predictionType of types) {
      test(`${className} ${JSON.stringify(options)} finds it in ${steps} steps of ${predictionType}`, () => {
        const ideal = create(className, { ...options, prediction_type: predictionType }, steps);
        const found = runIdeal({
          ...ideal,
          predictionType,
          trueNoise: pointMass(PICTURE),
          onStep: (scaled, timestep, index) => {
            const { signal, noise } = sharesAt(timestep);
            const wanted = PICTURE.map((value, place) => signal * value + noise * (NOISE[place] ?? 0));
            assertNear(scaled, wanted, 2e-3, `step ${index} at ${timestep}`);
          },
        });
        assertNear(found, PICTURE, 2e-3, 'result');
      });
    }
  }

  test('the last step of Stable Diffusion 1 leaves the noise of timestep 0', () => {
    for (const [className, options] of [
      ['PNDMScheduler', { skip_prk_steps: true, steps_offset: 1 }],
      ['DDIMScheduler', { ...unclipped, set_alpha_to_one: false, steps_offset: 1 }],
    ] as const) {
      const result = runIdeal({ ...create(className, options, 20), trueNoise: pointMass(PICTURE) });
      const { signal, noise } = sharesAt(0);
      assertNear(
        result,
        PICTURE.map((value, index) => signal * value + noise * (NOISE[index] ?? 0)),
        5e-4,
        className,
      );
    }
  });

  test('final_sigmas_type sigma_min leaves the lowest sigma', () => {
    const { signal, noise } = sharesAt(0);
    const dpm = { final_sigmas_type: 'sigma_min' };
    for (const options of [dpm, { ...dpm, algorithm_type: 'dpmsolver' }, { ...dpm, solver_order: 3 }]) {
      const result = runIdeal({ ...create(DPM, options, 20), trueNoise: pointMass(PICTURE) });
      const wanted = PICTURE.map((value, index) => signal * value + noise * (NOISE[index] ?? 0));
      assertNear(result, wanted, 5e-4, JSON.stringify(options));
    }
    const euler = create('EulerDiscreteScheduler', { ...dpm, timestep_spacing: 'trailing' }, 20);
    const result = runIdeal({ ...euler, trueNoise: pointMass(PICTURE) });
    assertNear(
      result,
      PICTURE.map((value, index) => value + sigmaAt(0) * (NOISE[index] ?? 0)),
      5e-4,
    );
  });

  test('two equal last sigmas change nothing instead of giving NaN', () => {
    for (const options of [{ solver_order: 3 }, { solver_type: 'heun' }]) {
      const karras = { ...options, use_karras_sigmas: true, final_sigmas_type: 'sigma_min' };
      const result = runIdeal({ ...create(DPM, karras, 20), trueNoise: pointMass(PICTURE) });
      assertNear(result, PICTURE, 0.1, JSON.stringify(options));
    }
  });
});

/** Factors of the sample's noise and of fresh noise in a step from s to t, for unit-variance samples. */
type NoiseRule = (s: number, t: number) => { readonly kept: number; readonly fresh: number };

const halfLogSnr = (sigma: number) => -Math.log(sigma);

const NOISE_RULES: readonly (readonly [className: string, options: SchedulerConfig, rule: NoiseRule])[] = [
  [
    DPM,
    { algorithm_type: 'sde-dpmsolver++' },
    (s, t) => {
      const step = halfLogSnr(t) - halfLogSnr(s);
      return { kept: Math.exp(-step), fresh: Math.sqrt(1 - Math.exp(-2 * step)) };
    },
  ],
  [
    DPM,
    { algorithm_type: 'sde-dpmsolver', final_sigmas_type: 'sigma_min', solver_order: 1 },
    (s, t) => {
      const step = halfLogSnr(t) - halfLogSnr(s);
      return { kept: 2 - Math.exp(step), fresh: Math.sqrt(Math.exp(2 * step) - 1) };
    },
  ],
  [
    'EulerAncestralDiscreteScheduler',
    {},
    (s, t) => {
      const fresh = Math.sqrt(1 - (t / s) ** 2);
      return { kept: t / s, fresh };
    },
  ],
  ['LCMScheduler', { timestep_scaling: 1e6 }, () => ({ kept: 0, fresh: 1 })],
  [
    'DDIMScheduler',
    { clip_sample: false, eta: 1 },
    (s, t) => {
      const [before, after] = [sharesOfSigma(s), sharesOfSigma(t)];
      const deviation = (after.noise / before.noise) * Math.sqrt(1 - (before.signal / after.signal) ** 2);
      return { kept: Math.sqrt(1 - (deviation / after.noise) ** 2), fresh: deviation / after.noise };
    },
  ],
];

describe('fresh noise, one possible picture', () => {
  for (const [className, options, rule] of NOISE_RULES) {
    test(`${className} ${JSON.stringify(options)} mixes it in by its rule`, () => {
      const ideal = create(className, options, 20);
      const { timesteps } = ideal.scheduler;
      const source = createTorchRandom(5);
      const draws: Float32Array[] = [];
      const random = (count: number) => {
        const draw = source(count);
        draws.push(draw);
        return draw;
      };
      let noise: number[] = [...NOISE];
      runIdeal({
        ...ideal,
        random,
        trueNoise: pointMass(PICTURE),
        onStep: (scaled, timestep, index) => {
          const { signal, noise: share } = sharesAt(timestep);
          const draw = draws[index - 1];
          if (draw !== undefined) {
            const { kept, fresh } = rule(sigmaAt(timesteps[index - 1] ?? 0), sigmaAt(timestep));
            noise = noise.map((value, place) => kept * value + fresh * (draw[place] ?? 0));
          }
          const wanted = PICTURE.map((value, place) => signal * value + share * (noise[place] ?? 0));
          assertNear(scaled, wanted, 2e-3, `step ${index} at ${timestep}`);
        },
      });
    });
  }

  test('every method except the noise-predicting one ends in the picture', () => {
    for (const [className, options] of NOISE_RULES) {
      if ('final_sigmas_type' in options) continue;
      const random = createTorchRandom(6);
      const result = runIdeal({ ...create(className, options, 10), random, trueNoise: pointMass(PICTURE) });
      assertNear(result, PICTURE, 2e-3, className);
    }
  });

  test('LCM draws on every step but the last, Euler ancestral and the SDE on the last as well', () => {
    const wanted = [
      ['LCMScheduler', {}, 3],
      ['EulerAncestralDiscreteScheduler', {}, 4],
      [DPM, { algorithm_type: 'sde-dpmsolver++' }, 4],
      ['DDIMScheduler', { eta: 0.5 }, 4],
    ] as const;
    for (const [className, options, count] of wanted) {
      let draws = 0;
      const random = (length: number) => {
        draws++;
        return new Float32Array(length);
      };
      runIdeal({ ...create(className, options, 4), random, trueNoise: pointMass(PICTURE) });
      assert.equal(draws, count, className);
    }
  });
});

describe('LCM near timestep 0', () => {
  test('uses more of the sample the nearer the timestep is to 0', () => {
    const scheduler = createScheduler({ ...STABLE_DIFFUSION, _class_name: 'LCMScheduler', timestep_scaling: 0.001 });
    scheduler.setTimesteps(1);
    const sample = Float32Array.of(2);
    const output = Float32Array.of(0.5);
    const { signal, noise } = sharesAt(999);
    const picture = (2 - noise * 0.5) / signal;
    const scaled = 999 * 0.001;
    const wanted = (scaled / Math.hypot(scaled, 0.5)) * picture + (0.25 / (scaled ** 2 + 0.25)) * 2;
    const result = scheduler.step(output, 999, sample, () => new Float32Array(1));
    assertNear(result, [wanted], 1e-4);
  });
});
