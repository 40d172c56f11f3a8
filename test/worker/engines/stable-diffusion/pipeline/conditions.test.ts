import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromFloat16 } from '../../../../../worker/engines/stable-diffusion/float16.ts';
import {
  type LatentScaling,
  NotANumber,
} from '../../../../../worker/engines/stable-diffusion/pipeline/decode-picture.ts';
import { paint } from '../../../../../worker/engines/stable-diffusion/pipeline/pipeline.ts';
import type { Model } from '../../../../../worker/engines/stable-diffusion/pipeline/tensors.ts';
import { vocabulary } from '../../../../fixtures/onnx/model-configs.ts';
import { type AnswerRow, createFakeParts, floatsOf, JOB, LATENTS, numbersOf, SILENT } from './fake-parts.ts';

/** The exact inputs of the networks. */

const nothing: AnswerRow = ({ sample }) => new Float32Array(sample.length);
const id = (piece: string): number => vocabulary[piece] ?? Number.NaN;
const START = id('<|startoftext|>');
const END = id('<|endoftext|>');

describe('the text', () => {
  test('goes in as 77 ids: start, words, end, padding', async () => {
    const parts = createFakeParts({ answer: nothing });
    await paint(parts, { ...JOB, prompt: 'Hi  you', negativePrompt: 'no', guidanceScale: 2 }, SILENT);
    const asked = parts.encoderFeeds[0]?.map(({ input_ids: ids }) => ids);
    const pad = (ids: readonly number[]): number[] => [START, ...ids, ...new Array(76 - ids.length).fill(END)];
    assert.deepEqual(asked?.[0]?.dims, [1, 77]);
    assert.deepEqual(
      asked?.map((ids) => ids && numbersOf(ids)),
      [pad([id('h'), id('i</w>'), id('y'), id('o'), id('u</w>')]), pad([id('n'), id('o</w>')])],
    );
  });

  test('is cut at 75 tokens, with a warning that says what was cut', async () => {
    const parts = createFakeParts({ answer: nothing });
    const job = { ...JOB, prompt: 'a'.repeat(80), negativePrompt: 'b'.repeat(76), guidanceScale: 2 };
    const { warnings } = await paint(parts, job, SILENT);
    assert.deepEqual(warnings, [
      'The prompt is longer than this model reads: its last 5 tokens had no effect.',
      'The negative prompt is longer than this model reads: its last token had no effect.',
    ]);
    assert.equal(numbersOf(parts.encoderFeeds[0]?.[0]?.input_ids ?? never()).at(-1), END);
  });

  test('an empty negative prompt is encoded like any other', async () => {
    const parts = createFakeParts({ answer: nothing });
    await paint(parts, { ...JOB, guidanceScale: 2 }, SILENT);
    const text = floatsOf(parts.unetFeeds[0]?.encoder_hidden_states);
    assert.deepEqual([...text.subarray(0, 4)], [START, 0, END, 1]);
    assert.deepEqual([...text.subarray(77 * 2, 77 * 2 + 4)], [START, 0, id('a</w>'), 1]);
  });
});

describe('SDXL', () => {
  const ask = async (changes: Partial<typeof JOB>, parts = {}) => {
    const fake = createFakeParts({ answer: nothing, isXl: true, parts });
    await paint(fake, { ...JOB, ...changes }, SILENT);
    return { fake, feeds: fake.unetFeeds[0] ?? {} };
  };

  test('joins each token of both encoders, first before second, from the layer before the last', async () => {
    const { fake, feeds } = await ask({});
    assert.deepEqual(feeds.encoder_hidden_states?.dims, [1, 77, 4]);
    const text = floatsOf(feeds.encoder_hidden_states);
    assert.deepEqual([...text.subarray(0, 8)], [START, 0, START * 100, 0, id('a</w>'), 1, id('a</w>') * 100, 1]);
    assert.deepEqual(fake.encoderWanted, [['hidden_states.11'], ['hidden_states.11', 'text_embeds']]);
  });

  test('gets height before width, twice, with a crop of 0 between', async () => {
    const { feeds } = await ask({ width: 128, height: 64, guidanceScale: 2, negativePrompt: 'b' });
    assert.deepEqual(feeds.time_ids?.dims, [2, 6]);
    assert.deepEqual(numbersOf(feeds.time_ids ?? never()), [64, 128, 0, 0, 64, 128, 64, 128, 0, 0, 64, 128]);
    assert.deepEqual(feeds.sample?.dims, [2, 4, 8, 16]);
  });

  test("gets the second encoder's pooled text, negative first", async () => {
    const { feeds } = await ask({ guidanceScale: 2, negativePrompt: 'b' });
    assert.deepEqual(feeds.text_embeds?.dims, [2, 3]);
    assert.deepEqual(numbersOf(feeds.text_embeds ?? never()), [100, id('b</w>'), 5, 100, id('a</w>'), 5]);
  });

  test('an empty negative prompt is all zeros, also in the pooled text', async () => {
    const { fake, feeds } = await ask({ guidanceScale: 2 });
    assert.ok(
      floatsOf(feeds.encoder_hidden_states)
        .subarray(0, 77 * 4)
        .every((value) => value === 0),
    );
    assert.deepEqual(numbersOf(feeds.text_embeds ?? never()), [0, 0, 0, 100, id('a</w>'), 5]);
    assert.equal(fake.encoderFeeds[0]?.length, 1);
  });

  test('an empty negative prompt is encoded when the pipeline’s config says so', async () => {
    const { feeds } = await ask({ guidanceScale: 2 }, { emptyPromptIsZeros: false });
    assert.deepEqual(numbersOf(feeds.text_embeds ?? never()), [100, END, 5, 100, id('a</w>'), 5]);
  });
});

describe('types and shapes of an export', () => {
  const euler = { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'linspace' };
  const ask = async (type: string, shape: readonly (number | string)[]) => {
    const parts = createFakeParts({ answer: nothing, scheduler: euler, unetInputs: { timestep: { type, shape } } });
    await paint(parts, { ...JOB, steps: 3 }, SILENT);
    return parts.unetFeeds.map(({ timestep }) => timestep);
  };

  test('a scalar int64 timestep loses its fraction', async () => {
    const [first, second] = await ask('int64', []);
    assert.deepEqual([first?.type, first?.dims, first?.data], ['int64', [], BigInt64Array.of(999n)]);
    assert.deepEqual(second?.data, BigInt64Array.of(499n));
  });

  test('a float32 timestep of one dimension keeps it', async () => {
    const [, second] = await ask('float32', ['steps']);
    assert.deepEqual([second?.type, second?.dims, second?.data], ['float32', [1], Float32Array.of(499.5)]);
  });

  test('a timestep for each row of a fixed batch is repeated', async () => {
    const [first] = await ask('int64', [2]);
    assert.deepEqual([first?.dims, first?.data], [[2], BigInt64Array.of(999n, 999n)]);
  });

  test('float16 is passed as 16-bit patterns', async () => {
    const unet: Model = {
      name: 'unet',
      inputs: [
        { name: 'sample', type: 'float16', shape: ['b', 4, 'h', 'w'] },
        { name: 'timestep', type: 'float16', shape: [] },
        { name: 'encoder_hidden_states', type: 'float16', shape: ['b', 's', 2] },
      ],
      run: async ({ sample, timestep, encoder_hidden_states: text }) => {
        assert.ok(timestep?.data instanceof Uint16Array && text?.data instanceof Uint16Array);
        assert.deepEqual([...fromFloat16(timestep.data)], [1]);
        assert.equal(fromFloat16(text.data)[2], id('a</w>'));
        return { out_sample: { data: new Float32Array(LATENTS), dims: sample?.dims ?? [] } };
      },
    };
    const parts = createFakeParts({ answer: nothing, parts: { unet } });
    await paint(parts, { ...JOB, steps: 1 }, SILENT);
  });

  test('an unsupported type is an error that names it', async () => {
    await assert.rejects(ask('float64', []), /unet wants timestep as float64/);
  });

  for (const [rows, guidanceScale, runs] of [
    [1, 2, 2],
    [2, 1, 1],
    [2, 2, 1],
  ] as const) {
    test(`an export with a fixed batch of ${rows} runs ${runs} times a step at guidance ${guidanceScale}`, async () => {
      const letter: AnswerRow = ({ sample, hidden }) => sample.map((value) => value + (hidden[2] ?? 0) / 100);
      const job = { ...JOB, negativePrompt: 'x', guidanceScale };
      const fixed = createFakeParts({ answer: letter, unetInputs: { sample: { shape: [rows, 4, 8, 8] } } });
      const free = createFakeParts({ answer: letter });
      const [made, wanted] = [await paint(fixed, job, SILENT), await paint(free, job, SILENT)];
      assert.equal(fixed.unetFeeds.length, runs * 2);
      assert.ok(fixed.unetFeeds.every(({ sample }) => sample?.dims[0] === rows));
      assert.deepEqual(made, wanted);
    });
  }
});

describe('the picture', () => {
  const decodeOf = async (value: number, scaling: LatentScaling = { scalingFactor: 1 }) => {
    const seen: number[] = [];
    const decoder: Model = {
      name: 'vae_decoder',
      inputs: [{ name: 'latent_sample', type: 'float32', shape: [] }],
      run: async ({ latent_sample: latents }) => {
        seen.push(...floatsOf(latents));
        return { sample: { data: new Float32Array(64 * 64 * 3).fill(value), dims: [1, 3, 64, 64] } };
      },
    };
    const parts = createFakeParts({ answer: nothing, parts: { decoder, scaling } });
    const { pictures } = await paint(parts, JOB, SILENT);
    return { byte: pictures[0]?.rgb[0], seen };
  };

  for (const [value, byte] of [
    // 127.5 and 76.5 are between two bytes, and halves round to the even one.
    [0, 128],
    [-0.4, 76],
    [-1, 0],
    [1, 255],
    [-7, 0],
    [7, 255],
  ] as const) {
    test(`shows ${value.toFixed(4)} as ${byte}`, async () => {
      assert.equal((await decodeOf(value)).byte, byte);
    });
  }

  test('is decoded from latents divided by the scaling factor', async () => {
    const [plain, scaled] = [await decodeOf(0, { scalingFactor: 1 }), await decodeOf(0, { scalingFactor: 0.5 })];
    assert.deepEqual(
      scaled.seen,
      plain.seen.map((value) => value * 2),
    );
  });

  test('is decoded from latents spread and moved by channel where the config has both', async () => {
    const plain = await decodeOf(0, { scalingFactor: 1 });
    const centre = { deviation: [2, 4, 8, 16], mean: [1, 2, 3, 4] };
    const { seen } = await decodeOf(0, { scalingFactor: 0.5, centre });
    for (const [index, value] of plain.seen.entries()) {
      const channel = Math.floor(index / 64);
      const wanted = (value * 2 ** (channel + 1)) / 0.5 + channel + 1;
      assert.ok(Math.abs((seen[index] ?? 0) - wanted) < 1e-4);
    }
  });

  test('that contains NaN is an error', async () => {
    await assert.rejects(decodeOf(Number.NaN), NotANumber);
  });

  for (const [what, value] of [
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
  ] as const) {
    test(`is not even decoded when a step ends in ${what}`, async () => {
      const parts = createFakeParts({
        answer: ({ sample }) => sample.map(() => value),
        parts: { decoder: neverAsked },
      });
      await assert.rejects(paint(parts, JOB, SILENT), NotANumber);
    });
  }
});

describe('several pictures', () => {
  const letter: AnswerRow = ({ sample }) => sample.map((value) => value / 2);
  const euler = { _class_name: 'EulerAncestralDiscreteScheduler', timestep_spacing: 'trailing' };

  test('are those of seed, seed + 1 and so on, and go on at 0 after the last seed', async () => {
    const parts = createFakeParts({ answer: letter, scheduler: euler });
    const { pictures } = await paint(parts, { ...JOB, seed: 4_294_967_294, count: 3 }, SILENT);
    for (const [index, seed] of [4_294_967_294, 4_294_967_295, 0].entries()) {
      const alone = await paint(createFakeParts({ answer: letter, scheduler: euler }), { ...JOB, seed }, SILENT);
      assert.deepEqual(pictures[index], alone.pictures[0]);
    }
    assert.notDeepEqual(pictures[0], pictures[1]);
  });

  test('report each step, and spread their previews over the whole job', async () => {
    const steps: string[] = [];
    const hooks = {
      onStep: (fraction: number, status: string) => steps.push(`${fraction.toFixed(3)} ${status}`),
      onPreview: () => steps.push('preview'),
    };
    const parts = createFakeParts({ answer: letter, scheduler: euler });
    await paint(parts, { ...JOB, steps: 3, count: 2, previews: 3 }, hooks);
    assert.deepEqual(steps, [
      '0.125 step 1 of 3 of picture 1',
      '0.250 step 2 of 3 of picture 1',
      'preview',
      '0.375 step 3 of 3 of picture 1',
      '0.625 step 1 of 3 of picture 2',
      'preview',
      '0.750 step 2 of 3 of picture 2',
      'preview',
      '0.875 step 3 of 3 of picture 2',
    ]);
  });

  test('an unknown sampler is refused with its name', async () => {
    const parts = createFakeParts({ answer: letter });
    await assert.rejects(paint(parts, { ...JOB, sampler: 'nonesuch' }, SILENT), { code: 'invalid_request' });
  });

  test("a request's sampler and schedule replace the model's", async () => {
    const parts = createFakeParts({ answer: letter, unetInputs: { timestep: { type: 'float32' } } });
    await paint(parts, { ...JOB, sampler: 'dpm++ 2m', scheduler: 'karras', steps: 4 }, SILENT);
    const timesteps = parts.unetFeeds.map(({ timestep }) => Number(timestep?.data[0]));
    // Karras' spacing has more steps at low noise.
    assert.ok(timesteps.length === 4 && (timesteps[1] ?? 999) < 850, timesteps.join());
  });
});

const neverAsked: Model = { name: 'vae_decoder', inputs: [], run: never };

function never(): never {
  throw new Error('nothing was asked');
}
