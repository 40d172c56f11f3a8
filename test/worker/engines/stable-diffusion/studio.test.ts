import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LoadedModel } from '../../../../worker/engines/stable-diffusion/onnx-runtime.ts';
import { type LoadModel, openStudio } from '../../../../worker/engines/stable-diffusion/studio.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { JOB, SILENT } from './pipeline/fake-parts.ts';
import { writeTinySet } from './setup.ts';

/** Devices as functions, whose behaviour each test chooses. */

type Behaviour = 'works' | 'cannot load' | 'fails at work' | 'answers NaN' | 'lacks memory';

describe('devices', () => {
  let directory = '';
  before(async () => {
    directory = await writeTinySet();
  });
  after(() => removeDirectory(directory));

  function createLoader(devices: Readonly<Record<string, Behaviour>>) {
    const released: string[] = [];
    const load: LoadModel = async (file, device) => {
      if (devices[device] === 'cannot load') throw new Error(`no ${device} adapter`);
      const shape = file.name === 'text_encoder' ? [1, 77, 8] : file.name === 'unet' ? [1, 4, 8, 8] : [1, 3, 64, 64];
      const model: LoadedModel = {
        name: file.name,
        inputs: INPUTS.map((name) => ({ name, type: 'float32', shape: name === 'timestep' ? [] : ['n'] })),
        run: async (_feeds, wanted) => {
          if (file.name === 'unet' && devices[device] === 'fails at work') throw new Error('device lost');
          if (file.name === 'unet' && devices[device] === 'lacks memory') throw new Error('bad allocation');
          const length = shape.reduce((product, size) => product * size, 1);
          const data = new Float32Array(length).fill(devices[device] === 'answers NaN' ? Number.NaN : 0.5);
          return Object.fromEntries(wanted.map((name) => [name, { data, dims: shape }]));
        },
        release: async () => void released.push(`${device} ${file.name}`),
      };
      return model;
    };
    return { load, released };
  }

  const open = (devices: Readonly<Record<string, Behaviour>>) => {
    const { load, released } = createLoader(devices);
    return openStudio({ directory, devices: Object.keys(devices), load }).then((studio) => ({ studio, released }));
  };

  test('the first that can load serves, and the reasons of the earlier ones are kept', async () => {
    const { studio } = await open({ webgpu: 'cannot load', cuda: 'cannot load', cpu: 'works' });
    assert.equal(studio.device, 'cpu');
    assert.deepEqual(studio.notes, ['webgpu: no webgpu adapter', 'cuda: no cuda adapter']);
    const { warnings } = await studio.paint(JOB, SILENT);
    assert.deepEqual(warnings, []);
  });

  for (const [behaviour, reason] of [
    ['fails at work', /^webgpu: device lost$/],
    ['answers NaN', /^webgpu: .*NaN/],
    ['lacks memory', /^webgpu: bad allocation$/],
  ] as const) {
    test(`one that ${behaviour} is not used again: the next one makes the picture and says so`, async () => {
      const { studio, released } = await open({ webgpu: behaviour, cpu: 'works' });
      const { pictures, warnings } = await studio.paint(JOB, SILENT);
      assert.equal(pictures.length, 1);
      assert.deepEqual(warnings, ['The device webgpu failed at this picture; cpu made it instead.']);
      assert.match(studio.notes.join(), reason);
      assert.deepEqual(released, ['webgpu unet', 'webgpu text_encoder', 'webgpu vae_decoder']);
      assert.deepEqual((await studio.paint(JOB, SILENT)).warnings, []);
    });
  }

  test('when none can load, the error has every reason', async () => {
    await assert.rejects(open({ webgpu: 'cannot load', cpu: 'cannot load' }), {
      code: 'engine_failed',
      message: /webgpu: no webgpu adapter; cpu: no cpu adapter/,
    });
  });

  for (const [behaviour, publicMessage] of [
    ['fails at work', /failed at this picture/],
    ['answers NaN', /failed at this picture/],
    ['lacks memory', /not enough memory/],
  ] as const) {
    test(`the last one that ${behaviour} is an error, and is tried again at the next picture`, async () => {
      const { studio } = await open({ cpu: behaviour });
      for (let round = 0; round < 2; round++) {
        await assert.rejects(studio.paint(JOB, SILENT), { code: 'engine_failed', publicMessage });
      }
      assert.equal(studio.device, 'cpu');
    });
  }

  test('a wrong request does not count against the device', async () => {
    const { studio } = await open({ webgpu: 'works', cpu: 'works' });
    await assert.rejects(studio.paint({ ...JOB, sampler: 'nonesuch' }, SILENT), { code: 'invalid_request' });
    assert.equal(studio.device, 'webgpu');
  });
});

const INPUTS = ['input_ids', 'sample', 'timestep', 'encoder_hidden_states', 'latent_sample'];
