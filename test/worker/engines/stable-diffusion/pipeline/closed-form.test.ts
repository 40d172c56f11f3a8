import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { paint } from '../../../../../worker/engines/stable-diffusion/pipeline/pipeline.ts';
import { createTorchRandom } from '../../../../../worker/engines/stable-diffusion/random.ts';
import { createScheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/index.ts';
import { pointMass, sharesAt, toModelOutput } from '../schedulers/ideal-models.ts';
import { type AnswerRow, createFakeParts, floatsOf, JOB, LATENTS, numbersOf, SILENT } from './fake-parts.ts';

/** Whole runs with a known result: a UNet that knows the only possible picture, or that answers a constant. */

const SCALING = 0.18215;
/** The decoder's expected input by channel: three grey levels, and one channel that is not shown. */
const SEEN = [-0.6, 0.1, 0.9, -0.3];
const BYTES = SEEN.slice(0, 3).map((value) => Math.round((value * 0.5 + 0.5) * 255));
const PICTURE = Float32Array.from({ length: LATENTS }, (_, index) => (SEEN[Math.floor(index / 64)] ?? 0) * SCALING);

const knowsThePicture =
  (predictionType = 'epsilon'): AnswerRow =>
  ({ sample, timestep }) =>
    toModelOutput(predictionType, pointMass(PICTURE), sample, sharesAt(timestep));

const constant =
  (value: number): AnswerRow =>
  ({ sample }) =>
    sample.map(() => value);

const SCHEDULERS: ReadonlyArray<readonly [name: string, options: Record<string, unknown>, steps: number]> = [
  ['DDIM', { _class_name: 'DDIMScheduler', set_alpha_to_one: true }, 5],
  [
    'DDIM, v',
    { _class_name: 'DDIMScheduler', set_alpha_to_one: true, prediction_type: 'v_prediction', steps_offset: 0 },
    5,
  ],
  ['PNDM as in SD 1', { _class_name: 'PNDMScheduler', skip_prk_steps: true, set_alpha_to_one: true }, 6],
  ['Euler', { _class_name: 'EulerDiscreteScheduler' }, 4],
  ['Euler as in Turbo', { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'trailing' }, 1],
  ['Euler ancestral', { _class_name: 'EulerAncestralDiscreteScheduler', timestep_spacing: 'trailing' }, 3],
  ['DPM++ 2M', { _class_name: 'DPMSolverMultistepScheduler', timestep_spacing: 'trailing' }, 5],
  ['LCM', { _class_name: 'LCMScheduler', set_alpha_to_one: true }, 4],
];

describe('a UNet that knows the only possible picture', () => {
  for (const [name, scheduler, steps] of SCHEDULERS) {
    test(`${name} ends at exactly that picture, whatever the seed`, async () => {
      // Euler's timesteps are fractions, which must reach the model unchanged.
      const parts = createFakeParts({
        answer: knowsThePicture(String(scheduler.prediction_type ?? 'epsilon')),
        scheduler,
        unetInputs: { timestep: { type: 'float32' } },
      });
      for (const seed of [0, 4_294_967_295]) {
        const { pictures } = await paint(parts, { ...JOB, steps, seed }, SILENT);
        const [picture] = pictures;
        assert.deepEqual([picture?.width, picture?.height, picture?.rgb.length], [64, 64, 64 * 64 * 3]);
        // LCM's boundary condition keeps a trace of its last sample, because c_skip is not exactly 0.
        const tolerance = name === 'LCM' ? 1 : 0;
        for (const [index, byte] of picture?.rgb.entries() ?? []) {
          assert.ok(Math.abs(byte - (BYTES[index % 3] ?? 0)) <= tolerance, `byte ${index} is ${byte}`);
        }
      }
    });
  }

  test('its previews show the picture from the first step on', async () => {
    const previews: string[] = [];
    const parts = createFakeParts({ answer: knowsThePicture(), scheduler: { set_alpha_to_one: true } });
    const onPreview = ({ rgb, width, height }: { rgb: Uint8Array; width: number; height: number }): void => {
      previews.push(`${width}x${height} ${rgb.subarray(0, 3)} ${rgb.subarray(-3)}`);
    };
    await paint(parts, { ...JOB, steps: 8, previews: 3 }, { ...SILENT, onPreview });
    // ComfyUI's factors for Stable Diffusion 1, applied to PICTURE by hand.
    const [a = 0, b = 0, c = 0, d = 0] = SEEN.map((value) => value * SCALING);
    const red = 0.3512 * a + 0.325 * b - 0.2829 * c - 0.212 * d;
    const green = 0.2297 * a + 0.4974 * b + 0.1762 * c - 0.2616 * d;
    const blue = 0.3227 * a + 0.235 * b + 0.2721 * c - 0.7177 * d;
    const colour = [red, green, blue].map((value) => Math.round((value + 1) * 127.5)).join(',');
    assert.deepEqual(previews, new Array(3).fill(`8x8 ${colour} ${colour}`));
  });
});

describe('the start of a run', () => {
  const firstInput = async (scheduler: Record<string, unknown>): Promise<Float32Array> => {
    const parts = createFakeParts({ answer: constant(0), scheduler });
    await paint(parts, { ...JOB, steps: 10 }, SILENT);
    return floatsOf(parts.unetFeeds[0]?.sample);
  };

  /** torch.manual_seed(0); torch.randn(16) */
  const TORCH = [-1.1258, -1.1524, -0.2506, -0.4339, 0.8487, 0.692, -0.316, -2.1152];

  test('is the noise of torch, which DDIM gets unchanged', async () => {
    const seen = await firstInput({});
    for (const [index, value] of TORCH.entries()) assert.ok(Math.abs((seen[index] ?? 0) - value) < 6e-5);
  });

  for (const [spacing, timestep] of [
    ['leading', 901],
    ['linspace', 999],
    ['trailing', 999],
  ] as const) {
    test(`Euler with ${spacing} spacing gets it at unit variance`, async () => {
      const seen = await firstInput({ _class_name: 'EulerDiscreteScheduler', timestep_spacing: spacing });
      const { noise } = sharesAt(timestep);
      // Leading spacing starts from the variance of picture and noise together, the others from the noise alone.
      const factor = spacing === 'leading' ? 1 : noise;
      for (const [index, value] of TORCH.entries()) {
        assert.ok(Math.abs((seen[index] ?? 0) - value * factor) < 1e-4, `${seen[index]}, wanted ${value * factor}`);
      }
    });
  }

  test('leaves the next draws of noise to the steps', async () => {
    const scheduler = { _class_name: 'EulerAncestralDiscreteScheduler', timestep_spacing: 'trailing' };
    const parts = createFakeParts({ answer: constant(0.25), scheduler });
    await paint(parts, { ...JOB, seed: 7, steps: 3 }, SILENT);
    const random = createTorchRandom(7);
    const byHand = createScheduler(parts.schedulerConfig);
    byHand.setTimesteps(3);
    let sample: Float32Array = random(LATENTS).map((value) => value * byHand.initNoiseSigma);
    for (const [index, timestep] of byHand.timesteps.entries()) {
      assert.deepEqual(floatsOf(parts.unetFeeds[index]?.sample), byHand.scaleModelInput(sample, timestep));
      sample = byHand.step(new Float32Array(LATENTS).fill(0.25), timestep, sample, random);
    }
  });
});

describe('guidance', () => {
  /** The token before the end token, by the fake encoder's output. It differs for prompt and negative prompt. */
  const byLetter: AnswerRow = ({ sample, hidden }) => sample.map(() => (hidden[2] ?? 0) / 100);

  test('extrapolates from the negative prompt past the prompt: n + g (p - n)', async () => {
    const guided = createFakeParts({ answer: byLetter });
    const job = { ...JOB, prompt: 'b', negativePrompt: 'x', guidanceScale: 3, steps: 1 };
    const { pictures } = await paint(guided, job, SILENT);
    const letter = (text: string): number =>
      numbersOf(guided.encoderFeeds[0]?.[text === 'b' ? 0 : 1]?.input_ids ?? never())[1] ?? 0;
    const answer = letter('x') / 100 + 3 * (letter('b') / 100 - letter('x') / 100);
    const plain = createFakeParts({ answer: constant(answer) });
    const { pictures: wanted } = await paint(plain, { ...JOB, steps: 1 }, SILENT);
    assert.deepEqual(pictures[0]?.rgb, wanted[0]?.rgb);
  });

  test('puts the negative row first, both rows with the same latent', async () => {
    const parts = createFakeParts({ answer: byLetter });
    await paint(parts, { ...JOB, prompt: 'b', negativePrompt: 'x', guidanceScale: 7.5 }, SILENT);
    const { sample, encoder_hidden_states: text } = parts.unetFeeds[0] ?? {};
    assert.deepEqual(sample?.dims, [2, 4, 8, 8]);
    assert.deepEqual(text?.dims, [2, 77, 2]);
    assert.deepEqual(floatsOf(sample).subarray(0, LATENTS), floatsOf(sample).subarray(LATENTS));
    const letters = [floatsOf(text)[2], floatsOf(text)[77 * 2 + 2]];
    const [prompt, negative] = parts.encoderFeeds[0] ?? [];
    assert.deepEqual(letters, [
      numbersOf(negative?.input_ids ?? never())[1],
      numbersOf(prompt?.input_ids ?? never())[1],
    ]);
  });

  for (const guidanceScale of [0, 0.5, 1]) {
    test(`is off at ${guidanceScale}: one row, and a warning that the negative prompt has no effect`, async () => {
      const parts = createFakeParts({ answer: byLetter });
      const { warnings } = await paint(parts, { ...JOB, negativePrompt: 'x', guidanceScale }, SILENT);
      assert.deepEqual(parts.unetFeeds[0]?.sample?.dims, [1, 4, 8, 8]);
      assert.match(warnings.join(), /negative prompt has no effect/);
    });
  }

  test('is an input of a latent consistency model, which runs once for each step', async () => {
    const parts = createFakeParts({
      answer: byLetter,
      scheduler: { _class_name: 'LCMScheduler' },
      unetInputs: { timestep_cond: {} },
      parts: { guidanceWidth: 6 },
    });
    await paint(parts, { ...JOB, guidanceScale: 8.5 }, SILENT);
    const { sample, timestep_cond: guidance } = parts.unetFeeds[0] ?? {};
    assert.deepEqual(sample?.dims, [1, 4, 8, 8]);
    assert.deepEqual(guidance?.dims, [1, 6]);
    // Three frequencies from 1 to 1/10000, of 1000 times 7.5.
    const wanted = [7500, 75, 0.75].flatMap((angle) => [Math.sin(angle), Math.cos(angle)]);
    const inOrder = [0, 2, 4, 1, 3, 5].map((index) => wanted[index] ?? 0);
    for (const [index, value] of floatsOf(guidance).entries()) {
      assert.ok(Math.abs(value - (inOrder[index] ?? 0)) < 1e-3, `${value}, wanted ${inOrder[index]}`);
    }
  });
});

function never(): never {
  throw new Error('nothing was asked');
}
