import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import {
  inspectModelDirectory,
  readModelDirectory,
} from '../../../../worker/engines/stable-diffusion/model/model-directory.ts';
import { type ModelSetOptions, writeModel } from '../../../fixtures/onnx/model-set.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { writeTinySet } from './setup.ts';

async function make(context: TestContext, options: ModelSetOptions = {}): Promise<string> {
  const directory = await writeTinySet(options);
  context.after(() => removeDirectory(directory));
  return directory;
}

async function change(directory: string, name: string, changes: Record<string, unknown>): Promise<void> {
  const path = join(directory, name);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...changes }));
}

describe('a model directory', () => {
  test('is described with its family and limits', async (context) => {
    const model = readModelDirectory(await make(context, { external: true }));
    assert.deepEqual([model.family, model.isXl, model.emptyPromptIsZeros], ['standard', false, false]);
    assert.deepEqual(model.unet.sampleSize, { width: 8, height: 8 });
    assert.deepEqual(model.unet.levels, [{ heads: 0 }, { heads: 2 }]);
    assert.deepEqual(model.decoder, {
      scaling: { scalingFactor: 0.18215, centre: undefined },
      latentChannels: 4,
      pixelsPerLatent: 8,
      fullSizeChannels: 4,
    });
    assert.deepEqual(model.textEncoders, [
      { name: 'text_encoder', tokenizer: 'tokenizer', hiddenState: 'last_hidden_state' },
    ]);
    assert.deepEqual(
      model.files.map(({ name }) => name),
      ['unet', 'text_encoder', 'vae_decoder'],
    );
    const inline = readModelDirectory(await make(context));
    for (const [index, { name, bytes }] of model.files.entries()) {
      assert.ok(bytes >= (inline.files[index]?.bytes ?? 0), `external data of ${name} counts`);
    }
    const [sample, timestep] = model.unet.inputs;
    assert.deepEqual(sample, { name: 'sample', type: 'float32', shape: ['batch_size', 4, 'height', 'width'] });
    assert.deepEqual(timestep, { name: 'timestep', type: 'int64', shape: [] });
  });

  for (const [family, wanted] of [
    ['sd1', 'standard'],
    ['sd2', 'standard'],
    ['turbo', 'turbo'],
    ['lcm', 'lcm'],
    ['sdxl', 'standard'],
    ['sdxl-turbo', 'turbo'],
  ] as const) {
    test(`of ${family} is recognised as ${wanted}`, async (context) => {
      const model = readModelDirectory(await make(context, { family }));
      assert.equal(model.family, wanted);
      assert.equal(model.isXl, family.startsWith('sdxl'));
    });
  }

  test('of SDXL uses the input of the last layer of both encoders, and pools the second', async (context) => {
    const model = readModelDirectory(await make(context, { family: 'sdxl' }));
    assert.deepEqual(
      model.textEncoders.map(({ hiddenState, pooled }) => [hiddenState, pooled]),
      [
        ['hidden_states.1', undefined],
        ['hidden_states.1', 'text_embeds'],
      ],
    );
    assert.equal(model.emptyPromptIsZeros, true);
  });

  test('of a model with centred latents has their mean and deviation', async (context) => {
    const directory = await make(context);
    await change(directory, 'vae_decoder/config.json', { latents_mean: [1, 2, 3, 4], latents_std: [5, 6, 7, 8] });
    const { centre } = readModelDirectory(directory).decoder.scaling;
    assert.deepEqual(centre, { mean: [1, 2, 3, 4], deviation: [5, 6, 7, 8] });
  });

  test('of an export with fixed sizes has these sizes', async (context) => {
    const model = readModelDirectory(await make(context, { fixedSample: [2, 8, 16] }));
    assert.deepEqual(model.unet.fixedSize, { width: 16, height: 8 });
  });

  test('is refused with everything that is missing', async (context) => {
    const directory = await make(context, { family: 'sdxl' });
    for (const name of ['tokenizer_2/merges.txt', 'text_encoder/model.onnx', 'scheduler', 'vae_decoder/config.json']) {
      await removeDirectory(join(directory, name));
    }
    const { model, problems } = inspectModelDirectory(directory);
    assert.equal(model, undefined);
    assert.deepEqual([...problems].sort(), [
      'scheduler/scheduler_config.json: is missing',
      'text_encoder/model.onnx: is missing',
      'tokenizer_2/merges.txt: is missing',
      'vae_decoder/config.json: is missing',
    ]);
    assert.throws(() => readModelDirectory(directory), { code: 'engine_failed', message: /tokenizer_2\/merges\.txt/ });
  });

  test('is refused when external data is absent or too short', async (context) => {
    const directory = await make(context, { external: true });
    const data = join(directory, 'unet/model.onnx_data');
    await truncate(data, 1000);
    assert.match(
      inspectModelDirectory(directory).problems.join(),
      /^unet\/model\.onnx_data: has 1000 of \d{4,} bytes$/,
    );
    await rm(data);
    assert.deepEqual(inspectModelDirectory(directory).problems, ['unet/model.onnx_data: is missing']);
  });

  for (const [what, name, changes, problem] of [
    [
      'an unknown scheduler',
      'scheduler/scheduler_config.json',
      { _class_name: 'UniPCMultistepScheduler' },
      /UniPC.*EulerDiscrete/,
    ],
    [
      'a config of another kind',
      'unet/config.json',
      { block_out_channels: 'wide' },
      /^unet\/config\.json:.*block_out_channels/,
    ],
    [
      'a vocabulary without specials',
      'tokenizer/vocab.json',
      { '<|endoftext|>': undefined },
      /^tokenizer:.*<\|endoftext\|>/,
    ],
    [
      'guidance that the UNet does not take',
      'unet/config.json',
      { time_cond_proj_dim: 256 },
      /^unet\/model\.onnx: has no input timestep_cond$/,
    ],
  ] as const) {
    test(`names ${what}`, async (context) => {
      const directory = await make(context);
      await change(directory, name, changes);
      assert.match(inspectModelDirectory(directory).problems.join('; '), problem);
    });
  }

  test('is refused with the inputs, outputs and types that are not supported', async (context) => {
    const directory = await make(context);
    await writeModel(join(directory, 'vae_decoder'), { seed: 1 }, (graph) => {
      graph.output('picture', graph.node('Neg', [graph.input('latents', 'int32', [1])]), [1]);
    });
    assert.deepEqual(inspectModelDirectory(directory).problems, [
      'vae_decoder/model.onnx: has an input latents that is not supported',
      'vae_decoder/model.onnx: has no input latent_sample',
      'vae_decoder/model.onnx: has no output sample',
    ]);
  });

  for (const [what, spoil] of [
    ['garbage', (bytes: Buffer) => Buffer.alloc(bytes.length, 0xff)],
    ['text', () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 3438167536\n')],
    ['half a file', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['an empty file', () => Buffer.alloc(0)],
  ] as const) {
    test(`names a model that is ${what}`, async (context) => {
      const directory = await make(context);
      const path = join(directory, 'unet/model.onnx');
      await writeFile(path, spoil(await readFile(path)));
      assert.match(inspectModelDirectory(directory).problems.join(), /^unet\/model\.onnx: /);
    });
  }

  test('of SD3 or Flux is refused with its kind, and a missing one with its path', async (context) => {
    const directory = await make(context);
    await writeFile(join(directory, 'transformer'), '');
    assert.match(inspectModelDirectory(directory).problems.join(), /SD3 and Flux are not supported/);
    assert.match(
      inspectModelDirectory('/no/such/place').problems.join(),
      /\/no\/such\/place: there is no such directory/,
    );
  });
});
