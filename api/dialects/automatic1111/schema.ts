import { z } from 'zod';
import { MAX_COUNT } from '../../../shared/contract/generation.ts';
import { engineName, flagOr, negativePrompt, prompt, word } from '../fields.ts';
import { foreignDecimal, foreignSeed, foreignWhole, foreignWholeOr, MAX_FOREIGN_SIDE } from '../foreign-fields.ts';

/** The parameters of `txt2img` of AUTOMATIC1111's web UI that have an effect here. */
export const txt2imgBody = z.looseObject({
  prompt: prompt({ description: 'What the picture shows.', example: 'a red fox' }),
  negative_prompt: negativePrompt({ description: 'What to avoid.', example: 'blurry' }),
  seed: foreignSeed(-1, { description: '-1 draws one; picture i has seed + i.', example: 42 }),
  steps: foreignWhole({ min: 1, max: 150, description: 'Sampling steps.', example: 20 }),
  cfg_scale: foreignDecimal({ min: 0, max: 30, description: 'How closely to follow the prompt.', example: 7 }),
  width: foreignWholeOr(512, { min: 16, max: MAX_FOREIGN_SIDE, description: 'Pixels.', example: 512 }),
  height: foreignWholeOr(512, { min: 16, max: MAX_FOREIGN_SIDE, description: 'Pixels.', example: 512 }),
  batch_size: foreignWholeOr(1, { min: 1, max: MAX_COUNT, description: 'Pictures of one batch.', example: 1 }),
  n_iter: foreignWholeOr(1, { min: 1, max: MAX_COUNT, description: 'Batches.' }),
  sampler_name: word(100, { description: 'Sampler, where the engine has one.', example: 'Euler a' }),
  sampler_index: word(100, { description: 'An older name of `sampler_name`.' }),
  scheduler: word(100, { description: 'Noise schedule, where the engine has one.', example: 'Karras' }),
  override_settings: z
    .looseObject({ sd_model_checkpoint: z.string().max(200).nullish() })
    .nullish()
    .meta({ description: '`sd_model_checkpoint` asks one engine first.' }),
  engine: engineName(),
});

export const txt2imgAnswer = z.object({
  images: z.array(z.base64()).meta({ examples: [['iVBORw0KGgoAAAANSUhEUg==']] }),
  parameters: z.record(z.string(), z.unknown()),
  info: z.string().meta({
    description: 'JSON: seeds, sizes, infotexts and the rest.',
    examples: ['{"seed":42,"all_seeds":[42],"infotexts":["a red fox\\nSeed: 42, Size: 512x512, Model: sketch"]}'],
  }),
});

export const optionsBody = z.looseObject({ sd_model_checkpoint: z.string().max(200).nullish() });
export const optionsAnswer = z.object({ sd_model_checkpoint: z.string(), samples_format: z.literal('png') });

export const progressQuery = z.object({
  skip_current_image: flagOr(false, { description: 'Leave the partial picture out.' }),
});

export const progressAnswer = z.object({
  progress: z.number(),
  eta_relative: z.number(),
  state: z.object({
    skipped: z.boolean(),
    interrupted: z.boolean(),
    stopping_generation: z.boolean(),
    job: z.string(),
    job_count: z.int(),
    job_timestamp: z.string(),
    job_no: z.int(),
    sampling_step: z.int(),
    sampling_steps: z.int(),
  }),
  current_image: z.string().nullable(),
  textinfo: z.string().nullable(),
});

export const empty = z.object({});

export const pngInfoBody = z.object({
  image: z
    .string()
    .min(1)
    .meta({ description: 'A PNG, JPEG, WebP or AVIF as base64, with or without `data:` prefix.' }),
});
export const pngInfoAnswer = z.object({
  info: z.string(),
  items: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.string()),
});

/** Only `detail`, because some clients fail on a text under `error`, where they expect an object. */
export const automatic1111Error = z
  .object({
    detail: z.union([z.string(), z.array(z.object({ loc: z.array(z.string()), msg: z.string(), type: z.string() }))]),
  })
  .meta({ id: 'Automatic1111Error' });
