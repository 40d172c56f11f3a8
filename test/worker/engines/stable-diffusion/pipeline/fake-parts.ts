import type { PaintJob, PipelineParts } from '../../../../../worker/engines/stable-diffusion/pipeline/pipeline.ts';
import type {
  FloatTensor,
  Model,
  Tensor,
  TensorSpec,
} from '../../../../../worker/engines/stable-diffusion/pipeline/tensors.ts';
import { createClipTokenizer } from '../../../../../worker/engines/stable-diffusion/tokenizer.ts';
import { vocabulary } from '../../../../fixtures/onnx/model-configs.ts';
import { STABLE_DIFFUSION } from '../schedulers/dummy-loop.ts';

/** A pipeline whose networks are functions with known answers. It records their inputs. */

export type Feeds = Readonly<Record<string, Tensor>>;

/** The UNet's output for one row of its batch. */
export type AnswerRow = (row: { sample: Float32Array; timestep: number; hidden: Float32Array }) => Float32Array;

export interface FakePartsOptions {
  readonly answer: AnswerRow;
  /** Over Stable Diffusion 1's training. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  /** Changes of the UNet's declared inputs, by name. */
  readonly unetInputs?: Readonly<Record<string, Partial<TensorSpec>>>;
  readonly isXl?: boolean;
  readonly parts?: Partial<PipelineParts>;
}

export interface FakeParts extends PipelineParts {
  readonly unetFeeds: readonly Feeds[];
  /** One entry for each encoder. */
  readonly encoderFeeds: readonly (readonly Feeds[])[];
  readonly encoderWanted: readonly (readonly string[])[];
}

export const JOB: PaintJob = {
  prompt: 'a',
  negativePrompt: '',
  seed: 0,
  count: 1,
  width: 64,
  height: 64,
  steps: 2,
  guidanceScale: 1,
  previews: 0,
};

export const LATENTS = 4 * 8 * 8;
export const SILENT = { onStep: () => undefined, onPreview: () => undefined };
/** Numbers in the fake encoders' output for each token: the token's id and its place. */
export const TEXT_WIDTH = 2;

export function createFakeParts({ answer, scheduler, unetInputs = {}, isXl = false, parts }: FakePartsOptions) {
  const unetFeeds: Feeds[] = [];
  const encoders = isXl ? [createFakeEncoder(1), createFakeEncoder(100)] : [createFakeEncoder(1)];
  const names = ['sample', 'timestep', 'encoder_hidden_states', ...(isXl ? ['text_embeds', 'time_ids'] : [])];
  const known = [...new Set([...names, ...Object.keys(unetInputs)])];
  const fake: FakeParts = {
    unetFeeds,
    encoderFeeds: encoders.map(({ feeds }) => feeds),
    encoderWanted: encoders.map(({ wanted }) => wanted),
    textEncoders: encoders.map(({ model }, index) => ({
      model,
      tokenizer: createClipTokenizer({ vocabulary, merges: '#version: 0.2\n' }),
      hiddenState: isXl ? 'hidden_states.11' : 'last_hidden_state',
      pooled: isXl && index === 1 ? 'text_embeds' : undefined,
    })),
    unet: {
      name: 'unet',
      inputs: known.map((name) => ({ ...declare(name), ...unetInputs[name] })),
      run: async (feeds) => {
        unetFeeds.push(feeds);
        return { out_sample: answerRows(feeds, answer) };
      },
    },
    decoder: fakeDecoder,
    schedulerConfig: {
      ...STABLE_DIFFUSION,
      _class_name: 'DDIMScheduler',
      clip_sample: false,
      steps_offset: 1,
      ...scheduler,
    },
    scaling: { scalingFactor: 0.18215 },
    latentChannels: 4,
    pixelsPerLatent: 8,
    isXl,
    emptyPromptIsZeros: isXl,
    ...parts,
  };
  return fake;
}

const declare = (name: string): TensorSpec => ({
  name,
  type: name === 'timestep' ? 'int64' : 'float32',
  shape: name === 'timestep' ? [] : ['batch_size'],
});

export const numbersOf = ({ data }: Tensor): number[] => Array.from(data, Number);

export function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error('no float32 tensor');
}

function answerRows(feeds: Feeds, answer: AnswerRow): FloatTensor {
  const { sample, timestep, encoder_hidden_states: text } = feeds;
  const [rows = 0, ...dims] = sample?.dims ?? [];
  const part = (tensor: Tensor | undefined, row: number): Float32Array => {
    const values = floatsOf(tensor);
    return values.subarray((row * values.length) / rows, ((row + 1) * values.length) / rows);
  };
  const step = Number(timestep?.data[0]);
  const answers = Array.from({ length: rows }, (_, row) =>
    answer({ sample: part(sample, row), timestep: step, hidden: part(text, row) }),
  );
  return { data: Float32Array.from(answers.flatMap((values) => [...values])), dims: [rows, ...dims] };
}

/** Returns each token's id, times a factor by which tests recognise the encoder, and its place. */
function createFakeEncoder(factor: number) {
  const feeds: Feeds[] = [];
  const wanted: string[] = [];
  const model: Model = {
    name: 'text_encoder',
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch_size', 'sequence_length'] }],
    run: async (given, names) => {
      feeds.push(given);
      wanted.push(...names);
      const ids = given.input_ids === undefined ? [] : numbersOf(given.input_ids);
      const hidden = Float32Array.from(ids.flatMap((id, place) => [id * factor, place]));
      const pooled = Float32Array.of(factor, ids[1] ?? 0, 5);
      return Object.fromEntries(
        names.map((name) => [
          name,
          name === 'text_embeds'
            ? { data: pooled, dims: [1, pooled.length] }
            : { data: hidden, dims: [1, ids.length, TEXT_WIDTH] },
        ]),
      );
    },
  };
  return { model, feeds, wanted };
}

/** The first three channels, each value over eight by eight pixels: what goes in is what is seen. */
const fakeDecoder: Model = {
  name: 'vae_decoder',
  inputs: [{ name: 'latent_sample', type: 'float32', shape: ['batch_size', 4, 'height', 'width'] }],
  run: async ({ latent_sample: latents }) => {
    const [, , height = 0, width = 0] = latents?.dims ?? [];
    const values = floatsOf(latents);
    const data = new Float32Array(3 * height * width * 64);
    for (let index = 0; index < data.length; index++) {
      const column = index % (width * 8);
      const line = Math.floor(index / (width * 8)) % (height * 8);
      const channel = Math.floor(index / (width * height * 64));
      data[index] = values[channel * height * width + Math.floor(line / 8) * width + Math.floor(column / 8)] ?? 0;
    }
    return { sample: { data, dims: [1, 3, height * 8, width * 8] } };
  },
};
