import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../../../shared/errors.ts';
import { createScheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import {
  applySampler,
  SAMPLER_NAMES,
  SCHEDULE_NAMES,
} from '../../../../../worker/engines/stable-diffusion/schedulers/samplers.ts';

const MODEL = { _class_name: 'PNDMScheduler', beta_end: 0.012, skip_prk_steps: true, steps_offset: 1 };

describe('sampler names', () => {
  const names: Readonly<Record<string, readonly [canonical: string, className: string]>> = {
    'Euler a': ['Euler a', 'EulerAncestralDiscreteScheduler'],
    euler_a: ['Euler a', 'EulerAncestralDiscreteScheduler'],
    euler_ancestral: ['Euler a', 'EulerAncestralDiscreteScheduler'],
    k_euler_a: ['Euler a', 'EulerAncestralDiscreteScheduler'],
    EulerAncestralDiscreteScheduler: ['Euler a', 'EulerAncestralDiscreteScheduler'],
    euler: ['Euler', 'EulerDiscreteScheduler'],
    EULER: ['Euler', 'EulerDiscreteScheduler'],
    'DPM++ 2M': ['DPM++ 2M', 'DPMSolverMultistepScheduler'],
    'dpm++2m': ['DPM++ 2M', 'DPMSolverMultistepScheduler'],
    dpmpp_2m: ['DPM++ 2M', 'DPMSolverMultistepScheduler'],
    DPMSolverMultistepScheduler: ['DPM++ 2M', 'DPMSolverMultistepScheduler'],
    dpmpp_2m_sde: ['DPM++ 2M SDE', 'DPMSolverMultistepScheduler'],
    dpmpp_2m_sde_gpu: ['DPM++ 2M SDE', 'DPMSolverMultistepScheduler'],
    'DPM++ 2M SDE Heun': ['DPM++ 2M SDE Heun', 'DPMSolverMultistepScheduler'],
    ddim: ['DDIM', 'DDIMScheduler'],
    PLMS: ['PLMS', 'PNDMScheduler'],
    pndm: ['PLMS', 'PNDMScheduler'],
    lcm: ['LCM', 'LCMScheduler'],
  };
  for (const [name, [canonical, className]] of Object.entries(names)) {
    test(name, () => {
      const { config, sampler, warnings } = applySampler(MODEL, { sampler: name });
      assert.equal(sampler, canonical);
      assert.equal(config._class_name, className);
      assert.equal(config.beta_end, 0.012);
      assert.deepEqual(warnings, []);
      createScheduler(config).setTimesteps(10);
    });
  }

  test('canonical names are accepted', () => {
    for (const name of SAMPLER_NAMES) assert.equal(applySampler(MODEL, { sampler: name }).sampler, name);
  });

  test('the SDE samplers differ in what they set', () => {
    const { config } = applySampler(MODEL, { sampler: 'DPM++ 2M SDE Heun' });
    assert.equal(config.algorithm_type, 'sde-dpmsolver++');
    assert.equal(config.solver_type, 'heun');
    assert.equal(applySampler(config, { sampler: 'DPM++ 2M' }).config.algorithm_type, 'dpmsolver++');
  });

  test('latents are not clipped by DDIM unless the model says so', () => {
    assert.equal(applySampler(MODEL, { sampler: 'DDIM' }).config.clip_sample, false);
    assert.equal(applySampler({ ...MODEL, clip_sample: true }, { sampler: 'DDIM' }).config.clip_sample, true);
  });

  test('without a sampler in the request the model keeps its own', () => {
    assert.deepEqual(applySampler(MODEL, {}), { config: MODEL, sampler: undefined, warnings: [] });
  });
});

describe('schedules', () => {
  test('a name may end in its schedule', () => {
    for (const name of ['DPM++ 2M Karras', 'dpm++ 2m karras', 'dpmpp_2m_karras', 'DPM++ 2M SDE Karras']) {
      assert.equal(applySampler(MODEL, { sampler: name }).config.use_karras_sigmas, true, name);
    }
    const { config } = applySampler(MODEL, { sampler: 'DPM++ 2M SDE Exponential' });
    assert.equal(config.use_exponential_sigmas, true);
  });

  test('an explicit schedule wins, and Automatic changes nothing', () => {
    const sampler = 'DPM++ 2M Karras';
    assert.equal(applySampler(MODEL, { sampler, scheduler: 'normal' }).config.use_karras_sigmas, false);
    assert.equal(applySampler(MODEL, { sampler, scheduler: 'Automatic' }).config.use_karras_sigmas, true);
    assert.equal(applySampler(MODEL, { sampler: 'Euler', scheduler: 'automatic' }).config.use_karras_sigmas, undefined);
  });

  test('each makes a working scheduler', () => {
    for (const scheduler of SCHEDULE_NAMES) {
      for (const sampler of ['Euler', 'DPM++ 2M']) {
        const { config, warnings } = applySampler({ ...MODEL, use_karras_sigmas: true }, { sampler, scheduler });
        createScheduler(config).setTimesteps(10);
        assert.deepEqual(warnings, []);
      }
    }
    const { config } = applySampler(MODEL, { sampler: 'Euler', scheduler: 'sgm_uniform' });
    assert.equal(config.timestep_spacing, 'trailing');
  });

  test('a schedule that the sampler does not support is dropped with a warning', () => {
    for (const wish of [
      { sampler: 'Euler a', scheduler: 'karras' },
      { sampler: 'Euler a Karras' },
      { scheduler: 'Karras' },
    ]) {
      const { config, warnings } = applySampler(MODEL, wish);
      assert.equal(config.use_karras_sigmas, undefined);
      assert.match(warnings.join(), /Karras/);
    }
    assert.deepEqual(applySampler(MODEL, { sampler: 'DDIM', scheduler: 'normal' }).warnings, []);
  });
});

describe('unknown names', () => {
  for (const [field, wish, known] of [
    ['sampler', { sampler: 'UniPC' }, /Euler a, Euler, DPM\+\+ 2M/],
    ['sampler', { sampler: 'Heun Karras' }, /DDIM, PLMS, LCM/],
    ['scheduler', { scheduler: 'align_your_steps' }, /Automatic, Normal, Karras/],
  ] as const) {
    test(JSON.stringify(wish), () => {
      assert.throws(
        () => applySampler(MODEL, wish),
        (error: unknown) => {
          assert.ok(error instanceof AppError);
          assert.equal(error.code, 'invalid_request');
          assert.equal(error.details.field, field);
          assert.match(error.publicMessage, known);
          return true;
        },
      );
    });
  }
});
