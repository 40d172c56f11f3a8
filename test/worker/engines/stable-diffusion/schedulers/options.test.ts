import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../../../shared/errors.ts';
import { parseSchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/config.ts';
import { createScheduler, SCHEDULER_CLASSES } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import type { SchedulerConfig } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';
import { dummyModel, dummySample, STABLE_DIFFUSION } from './dummy-loop.ts';

const noNoise = (count: number) => new Float32Array(count);

function assertFault(run: () => unknown, code: string, message: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

describe('a config that is not supported', () => {
  test('an unknown class names the known ones', () => {
    const known = /PNDMScheduler.*DDIMScheduler.*EulerDiscrete.*EulerAncestral.*DPMSolverMultistep.*LCM/;
    for (const name of ['UniPCMultistepScheduler', undefined, 7, 'toString']) {
      assertFault(() => createScheduler({ _class_name: name }), 'engine_failed', known);
    }
  });

  const refused: readonly (readonly [className: string, options: SchedulerConfig, message: RegExp])[] = [
    ['PNDMScheduler', { beta_schedule: 'sigmoid' }, /beta_schedule.*linear, scaled_linear, squaredcos_cap_v2/],
    ['PNDMScheduler', { prediction_type: 'sample' }, /prediction_type.*epsilon, v_prediction/],
    ['DDIMScheduler', { timestep_spacing: 'log' }, /timestep_spacing.*linspace, leading, trailing/],
    ['DDIMScheduler', { clip_sample: 'yes' }, /clip_sample.*true or false/],
    ['DDIMScheduler', { steps_offset: 0.5 }, /steps_offset.*whole number/],
    ['DDIMScheduler', { beta_start: 'low' }, /beta_start.*a number/],
    ['DDIMScheduler', { trained_betas: [0.1, 'x'] }, /trained_betas.*list of numbers/],
    ['DDIMScheduler', { trained_betas: [0.1, 0.2] }, /trained_betas has 2 entries.*1000/],
    ['EulerDiscreteScheduler', { interpolation_type: 'cubic' }, /interpolation_type.*linear, log_linear/],
    ['EulerDiscreteScheduler', { final_sigmas_type: 'max' }, /final_sigmas_type.*zero, sigma_min/],
    ['EulerDiscreteScheduler', { use_karras_sigmas: true, use_beta_sigmas: true }, /only one of use_karras_sigmas/],
    ['EulerAncestralDiscreteScheduler', { prediction_type: 'sample' }, /epsilon, v_prediction/],
    ['DPMSolverMultistepScheduler', { algorithm_type: 'rk45' }, /algorithm_type.*dpmsolver\+\+, sde-dpmsolver\+\+/],
    ['DPMSolverMultistepScheduler', { solver_type: 'simpson' }, /solver_type.*midpoint, heun/],
    ['DPMSolverMultistepScheduler', { solver_order: 4 }, /solver_order.*from 1 to 3/],
    ['DPMSolverMultistepScheduler', { algorithm_type: 'dpmsolver' }, /needs final_sigmas_type sigma_min/],
    [
      'DPMSolverMultistepScheduler',
      { algorithm_type: 'sde-dpmsolver', final_sigmas_type: 'sigma_min', solver_order: 3 },
      /no solver_order 3/,
    ],
    ['DPMSolverMultistepScheduler', { use_flow_sigmas: true }, /use_flow_sigmas/],
    ['DPMSolverMultistepScheduler', { variance_type: 'learned_range' }, /variance_type/],
    ['LCMScheduler', { original_inference_steps: 2000 }, /original_inference_steps 2000.*1000/],
  ];
  for (const [className, options, message] of refused) {
    test(`${className} ${JSON.stringify(options)}`, () => {
      assertFault(() => createScheduler({ ...options, _class_name: className }), 'engine_failed', message);
    });
  }
});

describe('impossible step counts', () => {
  for (const className of SCHEDULER_CLASSES) {
    test(`${className} takes whole numbers from 1 to the training's timesteps`, () => {
      const scheduler = createScheduler({ ...STABLE_DIFFUSION, _class_name: className });
      for (const count of [0, -1, 1.5, 1001, Number.NaN]) {
        assertFault(() => scheduler.setTimesteps(count), 'invalid_request', /from 1 to 1000/);
      }
    });
  }

  const refused: readonly (readonly [className: string, options: SchedulerConfig, count: number, message: RegExp])[] = [
    ['LCMScheduler', {}, 51, /at most 50 steps/],
    ['LCMScheduler', { original_inference_steps: 4 }, 5, /at most 4 steps/],
    ['PNDMScheduler', {}, 3, /4 steps or more/],
    ['EulerDiscreteScheduler', {}, 1, /2 steps or more/],
    ['EulerAncestralDiscreteScheduler', {}, 1, /2 steps or more/],
    ['DDIMScheduler', { timestep_spacing: 'linspace' }, 1, /2 steps or more/],
    ['DDIMScheduler', { steps_offset: 1 }, 1000, /timestep 1000/],
  ];
  for (const [className, options, count, message] of refused) {
    test(`${className} ${JSON.stringify(options)}, ${count} steps`, () => {
      const scheduler = createScheduler({ ...STABLE_DIFFUSION, ...options, _class_name: className });
      assertFault(() => scheduler.setTimesteps(count), 'invalid_request', message);
      assert.throws(
        () => scheduler.setTimesteps(count),
        (error: unknown) => error instanceof AppError && error.details.field === 'steps',
      );
    });
  }
});

describe('defaults', () => {
  /** A PNDM config whose class is swapped. It sets no spacing, so each class uses its own. */
  const swap = (className: string) => {
    const pndm = { ...STABLE_DIFFUSION, _class_name: 'PNDMScheduler', set_alpha_to_one: false, skip_prk_steps: true };
    const scheduler = createScheduler({ ...pndm, steps_offset: 1, _class_name: className });
    scheduler.setTimesteps(4);
    return scheduler.timesteps;
  };

  test("a swapped class uses its own default where the model's config has no value", () => {
    assert.deepEqual(swap('PNDMScheduler'), [751, 501, 501, 251, 1]);
    assert.deepEqual(swap('DDIMScheduler'), [751, 501, 251, 1]);
    assert.deepEqual(swap('EulerDiscreteScheduler'), [999, 666, 333, 0]);
    assert.deepEqual(swap('DPMSolverMultistepScheduler'), [999, 749, 500, 250]);
  });

  test('null and unknown keys count as missing', () => {
    const config = { _class_name: 'LCMScheduler', prediction_type: null, trained_betas: null, made_up: 3 };
    createScheduler(config).setTimesteps(4);
  });

  test("LCM's default betas are Stable Diffusion's, those of the others are DDPM's", () => {
    const noised = (className: string, options: SchedulerConfig) => {
      const scheduler = createScheduler({ ...options, _class_name: className });
      return scheduler.addNoise(Float32Array.of(1), Float32Array.of(0), 999)[0];
    };
    assert.equal(noised('LCMScheduler', {}), noised('LCMScheduler', STABLE_DIFFUSION));
    assert.equal(noised('DDIMScheduler', {}), noised('DDIMScheduler', { beta_start: 0.0001, beta_end: 0.02 }));
    assert.notEqual(noised('LCMScheduler', {}), noised('DDIMScheduler', {}));
  });
});

describe('noise schedules', () => {
  /** Reads alphas_cumprod by the share of a picture that `addNoise` leaves. */
  const shareLeft = (options: SchedulerConfig, timestep: number) => {
    const scheduler = createScheduler({ ...options, _class_name: 'DDIMScheduler' });
    return (scheduler.addNoise(Float32Array.of(1), Float32Array.of(0), timestep)[0] ?? 0) ** 2;
  };
  const tables: readonly (readonly [SchedulerConfig, readonly (readonly [timestep: number, share: number])[]])[] = [
    [
      STABLE_DIFFUSION,
      [
        [0, 0.99914998],
        [500, 0.27633247],
        [999, 0.0046601],
      ],
    ],
    [
      { beta_schedule: 'squaredcos_cap_v2' },
      [
        [0, 0.99995869],
        [500, 0.49228504],
        [998, 2.4287663e-6],
      ],
    ],
    [
      { ...STABLE_DIFFUSION, rescale_betas_zero_snr: true },
      [
        [0, 0.99914998],
        [500, 0.24101864],
        [999, 0],
      ],
    ],
    [
      { num_train_timesteps: 2, trained_betas: [0.5, 0.5] },
      [
        [0, 0.5],
        [1, 0.25],
      ],
    ],
  ];
  for (const [options, entries] of tables) {
    test(JSON.stringify(options), () => {
      for (const [timestep, wanted] of entries) {
        const share = shareLeft(options, timestep);
        assert.ok(Math.abs(share - wanted) <= 2e-6 * wanted, `${timestep}: ${share}, wanted ${wanted}`);
      }
    });
  }

  test('schedulers that divide by the last share keep it above zero', () => {
    for (const className of ['EulerDiscreteScheduler', 'EulerAncestralDiscreteScheduler']) {
      const config = { ...STABLE_DIFFUSION, rescale_betas_zero_snr: true, _class_name: className };
      const { initNoiseSigma } = createScheduler(config);
      assert.ok(Math.abs(initNoiseSigma - 4096) < 0.01, String(initNoiseSigma));
    }
  });
});

describe('a run', () => {
  const run = (scheduler: ReturnType<typeof createScheduler>) => {
    let sample: Float32Array = dummySample();
    for (const timestep of scheduler.timesteps) {
      const output = dummyModel(scheduler.scaleModelInput(sample, timestep), timestep);
      sample = scheduler.step(output, timestep, sample, noNoise);
    }
    return sample;
  };

  for (const className of SCHEDULER_CLASSES) {
    test(`of ${className} can be repeated, does not change its arguments, and needs a plan`, () => {
      const config = { ...STABLE_DIFFUSION, _class_name: className };
      const scheduler = createScheduler(config);
      const sample = dummySample();
      assertFault(() => scheduler.step(sample, 999, sample, noNoise), 'internal', /setTimesteps/);

      scheduler.setTimesteps(8);
      const first = run(scheduler);
      scheduler.setTimesteps(20);
      scheduler.step(sample, scheduler.timesteps[0] ?? 0, sample, noNoise);
      scheduler.setTimesteps(8);
      assert.deepEqual(run(scheduler), first);
      assert.deepEqual(sample, dummySample());
    });
  }

  test('that continues after its plan, or starts at an unplanned timestep, throws', () => {
    for (const className of ['EulerDiscreteScheduler', 'DPMSolverMultistepScheduler', 'LCMScheduler']) {
      const scheduler = createScheduler({ ...STABLE_DIFFUSION, _class_name: className });
      scheduler.setTimesteps(4);
      run(scheduler);
      const last = scheduler.timesteps.at(-1) ?? 0;
      assertFault(() => scheduler.step(dummySample(), last, dummySample(), noNoise), 'internal', /setTimesteps/);
      scheduler.setTimesteps(4);
      assertFault(() => scheduler.step(dummySample(), 998, dummySample(), noNoise), 'internal', /timestep 998/);
    }
  });

  test('distinguishes entries with equal timesteps', () => {
    const config = { ...STABLE_DIFFUSION, _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true };
    const scheduler = createScheduler({ ...config, sigma_max: 80 });
    scheduler.setTimesteps(10);
    assert.deepEqual(scheduler.timesteps.slice(0, 2), [999, 999]);
    const sample = Float32Array.of(80);
    const [first, second] = [scheduler.scaleModelInput(sample, 999), scheduler.step(sample, 999, sample, noNoise)];
    assert.ok(Math.abs((first[0] ?? 0) - 1) < 1e-3);
    assert.ok(Math.abs((scheduler.scaleModelInput(second, 999)[0] ?? 0) - (first[0] ?? 0)) > 1);
  });
});

describe('range limits', () => {
  /** One step from a sample without noise, so that the result is the limited picture. */
  const limited = (options: SchedulerConfig, picture: Float32Array, batch?: number) => {
    const scheduler = createScheduler({ ...options, _class_name: 'LCMScheduler', prediction_type: 'sample' });
    scheduler.setTimesteps(1);
    return scheduler.step(picture, 999, new Float32Array(picture.length), noNoise, batch);
  };
  const near = (got: Float32Array, wanted: readonly number[]) => {
    got.forEach((value, index) => {
      assert.ok(Math.abs(value - (wanted[index] ?? 0)) < 1e-6, `${[...got]}, wanted ${wanted}`);
    });
  };

  test('clipping cuts at the range, which is 1 by default', () => {
    near(limited({ clip_sample: true }, Float32Array.of(-3, 0.5, 2)), [-1, 0.5, 1]);
    near(limited({ clip_sample: true, clip_sample_range: 1.5 }, Float32Array.of(-3, 0.5, 2)), [-1.5, 0.5, 1.5]);
    near(limited({}, Float32Array.of(-3, 0.5, 2)), [-3, 0.5, 2]);
  });

  test('DDIM clips by default', () => {
    const result = (options: SchedulerConfig) => {
      const scheduler = createScheduler({ ...options, _class_name: 'DDIMScheduler', prediction_type: 'sample' });
      scheduler.setTimesteps(1);
      return scheduler.step(Float32Array.of(3), 0, Float32Array.of(3), noNoise);
    };
    near(result({}), [1]);
    near(result({ clip_sample: false }), [3]);
  });

  test('thresholding scales each picture by its own quantile', () => {
    const options = { thresholding: true, dynamic_thresholding_ratio: 0.75, sample_max_value: 10 };
    // Magnitudes 1 2 3 4 5: the quantile of 0.75 is 4. Magnitudes up to 0.5: never under 1.
    const pictures = Float32Array.of(1, -2, 3, -4, 5, 0.1, 0.2, 0.3, 0.4, 0.5);
    near(limited(options, pictures, 2), [0.25, -0.5, 0.75, -1, 1, 0.1, 0.2, 0.3, 0.4, 0.5]);
    // Between two ranks the quantile is interpolated: 3.6.
    near(limited({ ...options, dynamic_thresholding_ratio: 0.65 }, pictures.slice(0, 5)), [
      1 / 3.6,
      -2 / 3.6,
      3 / 3.6,
      -1,
      1,
    ]);
    near(limited({ ...options, dynamic_thresholding_ratio: 0.55 }, pictures.slice(0, 5)), [
      1 / 3.2,
      -2 / 3.2,
      3 / 3.2,
      -1,
      1,
    ]);
  });

  test('an upper limit under 1 wins over the lower one', () => {
    const options = { thresholding: true, sample_max_value: 0.5 };
    near(limited(options, Float32Array.of(0.1, -0.4, 2)), [0.2, -0.8, 1]);
  });

  test('a sample that cannot be divided by the batch size throws', () => {
    assertFault(() => limited({ thresholding: true }, new Float32Array(5), 2), 'internal', /2 pictures/);
  });
});

describe('the variance of DDIM', () => {
  test("with eta 1 is diffusers' _get_variance", () => {
    // The factor of fresh noise in the step from 999 to 998 with 1000 steps, and from 980 to 960 with 50.
    const variance = (steps: number, timestep: number) => {
      const scheduler = createScheduler({ _class_name: 'DDIMScheduler', clip_sample: false, eta: 1 });
      scheduler.setTimesteps(steps);
      const zero = Float32Array.of(0);
      return (scheduler.step(zero, timestep, zero, () => Float32Array.of(1))[0] ?? 0) ** 2;
    };
    const cases = [
      [1000, 0, 0],
      [50, 420, 0.14771],
      [50, 980, 0.3246],
      [1000, 487, 0.00979],
      [1000, 999, 0.02],
    ] as const;
    for (const [steps, timestep, wanted] of cases) {
      assert.ok(Math.abs(variance(steps, timestep) - wanted) < 1e-5, `${timestep}: ${variance(steps, timestep)}`);
    }
  });
});

describe('parseSchedulerConfig', () => {
  test("reads Python's JSON with its bare infinities", () => {
    const text =
      '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "note": "a \\" -Infinity"}';
    const config = parseSchedulerConfig(text);
    assert.equal(config.note, 'a " -Infinity');
    const scheduler = createScheduler(config);
    scheduler.setTimesteps(2);
    assert.deepEqual(scheduler.timesteps, [999, 500]);
  });

  test('says what is wrong', () => {
    assertFault(() => parseSchedulerConfig('{"a": '), 'engine_failed', /not JSON/);
    assertFault(() => parseSchedulerConfig('[1]'), 'engine_failed', /not a JSON object/);
  });
});
