import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toLimits } from '../../../../worker/engines/stable-diffusion/limits.ts';
import { estimateBytes } from '../../../../worker/engines/stable-diffusion/memory.ts';
import type { Family } from '../../../../worker/engines/stable-diffusion/model/family.ts';
import type { ModelDescription } from '../../../../worker/engines/stable-diffusion/model/model-description.ts';
import { applySampler } from '../../../../worker/engines/stable-diffusion/schedulers/samplers.ts';

const GB = 1024 ** 3;

/** Stable Diffusion 1.5 as its configs describe it. */
function describeModel(
  changes: Partial<ModelDescription> = {},
  unet: Partial<ModelDescription['unet']> = {},
): ModelDescription {
  return {
    directory: '/models/sd15',
    family: 'standard',
    isXl: false,
    schedulerConfig: { _class_name: 'PNDMScheduler' },
    textEncoders: [],
    emptyPromptIsZeros: false,
    files: [{ name: 'unet', path: '', bytes: 3.2 * GB }],
    decoder: { scaling: { scalingFactor: 0.18215 }, latentChannels: 4, pixelsPerLatent: 8, fullSizeChannels: 128 },
    ...changes,
    unet: {
      inputs: [],
      sampleSize: { width: 64, height: 64 },
      levels: [{ heads: 8 }, { heads: 8 }, { heads: 8 }, { heads: 0 }],
      ...unet,
    },
  };
}

describe('the limits of a model', () => {
  test('are multiples of 64 pixels around 512 for Stable Diffusion 1', () => {
    const { sizes, shapes } = toLimits(describeModel());
    assert.deepEqual(sizes, { multipleOf: 64, min: 64, max: 2048 });
    assert.deepEqual(shapes, {
      square: { width: 512, height: 512 },
      portrait: { width: 448, height: 640 },
      landscape: { width: 640, height: 448 },
    });
  });

  test('are multiples of 32 pixels around 1024 for SDXL, with the shapes that it was trained on', () => {
    const levels = [{ heads: 0 }, { heads: 10 }, { heads: 20 }];
    const { sizes, shapes } = toLimits(
      describeModel({ isXl: true }, { sampleSize: { width: 128, height: 128 }, levels }),
    );
    assert.deepEqual(sizes, { multipleOf: 32, min: 64, max: 2048 });
    assert.deepEqual(shapes.portrait, { width: 832, height: 1216 });
  });

  test('are one size when the export has a fixed one', () => {
    const only = { width: 512, height: 768 };
    const { sizes, shapes } = toLimits(describeModel({}, { fixedSize: { width: 64, height: 96 } }));
    assert.deepEqual(sizes, [only]);
    assert.deepEqual(shapes, { square: only, portrait: only, landscape: only });
  });

  const FAMILIES: ReadonlyArray<readonly [Family, boolean, number | undefined, number, number, boolean]> = [
    ['standard', false, undefined, 25, 7.5, true],
    ['standard', true, undefined, 25, 5, true],
    ['turbo', false, undefined, 2, 0, false],
    ['lcm', false, 256, 4, 8.5, false],
    ['lcm', false, undefined, 4, 1, true],
  ];
  for (const [family, isXl, guidanceWidth, steps, guidance, negativePrompt] of FAMILIES) {
    test(`${family}${isXl ? ' XL' : ''}${guidanceWidth ? ' with a guidance input' : ''}: ${steps} steps, guidance ${guidance}`, () => {
      const limits = toLimits(describeModel({ family, isXl }, { guidanceWidth }));
      assert.equal(limits.steps?.default, steps);
      assert.equal(limits.guidanceScale?.default, guidance);
      assert.equal(limits.negativePrompt, negativePrompt);
    });
  }

  test('a Turbo model makes at most 4 steps without guidance, whatever the request says', () => {
    const { steps, guidanceScale } = toLimits(describeModel({ family: 'turbo' }));
    assert.deepEqual([steps?.max, guidanceScale?.max], [4, 1]);
  });

  for (const family of ['standard', 'lcm'] as const) {
    test(`every sampler and schedule of a ${family} model can be created`, () => {
      const model = describeModel({
        family,
        schedulerConfig: { _class_name: family === 'lcm' ? 'LCMScheduler' : 'PNDMScheduler' },
      });
      const { samplers, schedulers } = toLimits(model);
      assert.ok(Array.isArray(samplers) && Array.isArray(schedulers));
      for (const sampler of samplers) applySampler(model.schedulerConfig, { sampler });
      for (const scheduler of schedulers) applySampler(model.schedulerConfig, { scheduler });
    });
  }
});

describe('the memory estimate', () => {
  const at = (side: number): number => estimateBytes(describeModel(), { width: side, height: side }) / GB;

  test('of Stable Diffusion 1.5 is near the measured value', () => {
    // UNet 4.9 GB and decoder 1.4 GB at 512x512 with guidance, UNet 3.0 GB at 256x256; both keep their memory.
    assert.ok(at(512) > 5.5 && at(512) < 7, `${at(512)} GB`);
    assert.ok(at(256) > 3.2 && at(256) < 4, `${at(256)} GB`);
  });

  test('grows with the square of the area when the first level has attention', () => {
    assert.ok(at(1024) > 20);
  });
});
