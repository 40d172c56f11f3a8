import { createTorchRandom } from '../random.ts';
import { createScheduler } from '../schedulers/index.ts';
import { applySampler } from '../schedulers/samplers.ts';
import type { Scheduler, SchedulerConfig } from '../schedulers/scheduler.ts';
import { decodePicture, type LatentScaling, NotANumber, type RgbPicture } from './decode-picture.ts';
import { type Embedding, encodeText, type TextEncoder, toZeros } from './encode-text.ts';
import { createPredictor, type Predict } from './predict.ts';
import { guessLatent, toPreview } from './preview.ts';
import type { Model } from './tensors.ts';

/** The models of one directory, ready to run. */
export interface PipelineParts {
  /** SDXL has two. */
  readonly textEncoders: readonly TextEncoder[];
  readonly unet: Model;
  readonly decoder: Model;
  readonly schedulerConfig: SchedulerConfig;
  readonly scaling: LatentScaling;
  readonly latentChannels: number;
  /** Pixels per latent, in each direction. */
  readonly pixelsPerLatent: number;
  readonly isXl: boolean;
  /** model_index.json's `force_zeros_for_empty_prompt`. */
  readonly emptyPromptIsZeros: boolean;
  /** Set for models that were distilled with guidance. They get the scale as an input and run once a step. */
  readonly guidanceWidth?: number | undefined;
}

/** Plain data, because it is sent to the child process. */
export interface PaintJob {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Seed of the first picture. Picture i has seed + i. */
  readonly seed: number;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidanceScale: number;
  readonly sampler?: string | undefined;
  readonly scheduler?: string | undefined;
  readonly previews: number;
}

export interface PaintHooks {
  /** 0 to 1 over the whole job. */
  readonly onStep: (fraction: number, status: string) => void;
  readonly onPreview: (preview: RgbPicture) => void;
}

export interface Painting {
  readonly pictures: readonly RgbPicture[];
  readonly warnings: readonly string[];
}

const SEEDS = 2 ** 32;

/**
 * Text to pictures, in the order of diffusers' pipelines (pipeline_stable_diffusion.py, ..._xl.py, latent consistency).
 * Several pictures are made one after the other, which gives the same bytes as single calls and needs the memory of one.
 */
export async function paint(parts: PipelineParts, job: PaintJob, hooks: PaintHooks): Promise<Painting> {
  const sampling = applySampler(parts.schedulerConfig, job);
  const scheduler = createScheduler(sampling.config);
  const { negative, positive, warnings } = await encodePrompts(parts, job);
  const latentDims = [
    parts.latentChannels,
    job.height / parts.pixelsPerLatent,
    job.width / parts.pixelsPerLatent,
  ] as const;
  const predict = createPredictor({ ...parts, ...job, negative, positive, latentDims });
  const predictionType = String(sampling.config.prediction_type ?? 'epsilon');

  const pictures: RgbPicture[] = [];
  const report = createReporter(job, hooks);
  for (let index = 0; index < job.count; index++) {
    scheduler.setTimesteps(job.steps);
    const latents = await denoise({
      scheduler,
      predict,
      predictionType,
      length: latentDims.reduce((product, size) => product * size, 1),
      seed: (job.seed + index) % SEEDS,
      onStep: (step, steps, guess) =>
        report(index, step, steps, () => toPreview(guess(), latentDims[2], latentDims[1], parts.isXl)),
    });
    pictures.push(await decodePicture(parts.decoder, latents, latentDims, parts.scaling));
  }
  return { pictures, warnings: [...sampling.warnings, ...warnings] };
}

interface Prompts {
  readonly negative: Embedding | undefined;
  readonly positive: Embedding;
  readonly warnings: readonly string[];
}

async function encodePrompts(parts: PipelineParts, job: PaintJob): Promise<Prompts> {
  const { textEncoders, emptyPromptIsZeros, guidanceWidth } = parts;
  const isGuided = job.guidanceScale > 1 && guidanceWidth === undefined;
  const positive = await encodeText(textEncoders, job.prompt);
  const warnings = [...toDropWarning('prompt', positive.droppedTokens)];
  if (!isGuided) {
    if (job.negativePrompt !== '') warnings.push('At this guidance scale the negative prompt has no effect.');
    return { negative: undefined, positive: positive.embedding, warnings };
  }
  if (job.negativePrompt === '' && emptyPromptIsZeros) {
    return { negative: toZeros(positive.embedding), positive: positive.embedding, warnings };
  }
  const negative = await encodeText(textEncoders, job.negativePrompt);
  warnings.push(...toDropWarning('negative prompt', negative.droppedTokens));
  return { negative: negative.embedding, positive: positive.embedding, warnings };
}

function toDropWarning(what: string, droppedTokens: number): string[] {
  if (droppedTokens === 0) return [];
  const tokens = droppedTokens === 1 ? 'token' : `${droppedTokens} tokens`;
  return [`The ${what} is longer than this model reads: its last ${tokens} had no effect.`];
}

interface Denoising {
  readonly scheduler: Scheduler;
  readonly predict: Predict;
  readonly predictionType: string;
  /** Of a latent. */
  readonly length: number;
  readonly seed: number;
  /** `guess` makes the latent of a preview. */
  readonly onStep: (step: number, steps: number, guess: () => Float32Array) => void;
}

/** From noise to a latent. The first noise and the noise of the steps come from one generator, as in diffusers. */
async function denoise({ scheduler, predict, predictionType, length, seed, onStep }: Denoising): Promise<Float32Array> {
  const random = createTorchRandom(seed);
  let latents: Float32Array = random(length).map((value) => value * scheduler.initNoiseSigma);
  const { timesteps } = scheduler;
  for (const [index, timestep] of timesteps.entries()) {
    const sample = latents;
    const prediction = await predict(scheduler.scaleModelInput(sample, timestep), timestep);
    latents = scheduler.step(prediction, timestep, sample, random);
    if (!latents.every(Number.isFinite)) throw new NotANumber(`step ${index + 1} ended in NaN or infinity`);
    onStep(index + 1, timesteps.length, () => guessLatent(scheduler, predictionType, { sample, prediction, timestep }));
  }
  return latents;
}

/** Reports each step. Previews are spread evenly over the job. The decoder counts as one more step. */
function createReporter(job: PaintJob, hooks: PaintHooks) {
  let shown = 0;
  return (picture: number, step: number, steps: number, preview: () => RgbPicture): void => {
    const fraction = (picture + step / (steps + 1)) / job.count;
    const which = job.count === 1 ? '' : ` of picture ${picture + 1}`;
    hooks.onStep(fraction, `step ${step} of ${steps}${which}`);
    if (shown >= job.previews || fraction < (shown + 1) / (job.previews + 1)) return;
    shown += 1;
    hooks.onPreview(preview());
  };
}
