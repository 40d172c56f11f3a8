import { z } from 'zod';
import { engineName, negativePrompt, prompt, word } from '../fields.ts';
import { foreignDecimalOr, foreignSeed, foreignWholeOr, MAX_FOREIGN_SIDE } from '../foreign-fields.ts';

const extras = z.record(z.string(), z.unknown());
const styles = z.object({ style_list: z.array(extras).max(10).default([]) });

/** Piclumen's own seeds may be larger than 2^32. */
const MAX_PICLUMEN_SEED = 1e12;

export const resolutionBody = z.object({
  width: foreignWholeOr(1344, { min: 16, max: MAX_FOREIGN_SIDE, description: 'Pixels.' }),
  height: foreignWholeOr(768, { min: 16, max: MAX_FOREIGN_SIDE, description: 'Pixels.' }),
  batch_size: foreignWholeOr(1, { min: 1, max: 4, description: 'Pictures.' }),
});

/** The whole body of the earlier service, with its defaults. */
export const createBody = z.object({
  prompt: prompt({ description: 'What the picture shows.', example: 'a magical landscape' }),
  highPixels: z.boolean().default(false),
  model_id: z.string().max(100).default('23887bba-507e-4249-a0e3-6951e4027f2b'),
  negative_prompt: negativePrompt({ description: 'What to avoid.', example: 'blurry' }),
  resolution: resolutionBody.prefault({}),
  model_ability: extras.default({}),
  seed: foreignSeed(9896923949, { max: MAX_PICLUMEN_SEED, description: '-1 draws one.' }),
  steps: foreignWholeOr(6, { min: 0, max: 150, description: '0: as the model likes.' }),
  cfg: foreignDecimalOr(1, { min: 0, max: 30, description: '0: as the model likes.' }),
  sampler_name: z.string().max(100).nullable().default('euler'),
  scheduler: z.string().max(100).nullable().default('normal'),
  ponyTags: extras.default({}),
  denoise: z.number().min(0).max(1).default(1),
  hires_fix_denoise: z.number().min(0).max(1).default(0.5),
  hires_scale: z.number().min(1).max(4).default(2),
  multi_img2img_info: styles.prefault({}),
  img_control_info: styles.prefault({}),
  continueCreate: z.boolean().default(false),
  engine: engineName(),
});

const token = word(500, {
  description: 'Your own Piclumen token; the `Authorization` header works too.',
  example: 'my-piclumen-token',
});

export const createQuery = z.object({ authorization_token: token });

export const checkQuery = z.object({
  authorization_token: token,
  mark_id: z
    .string()
    .min(1)
    .max(8000)
    .meta({ description: 'The `mark_id` of the answer that accepted the request.', examples: ['abc123'] }),
});

export const createAnswer = z.object({
  statuscode: z.literal(200),
  message: z.literal('Image creation initiated'),
  mark_id: z.string().meta({ examples: ['abc123'] }),
});

export const checkAnswer = z.object({
  statuscode: z.literal(200),
  message: z.literal('Image generation successful'),
  image_url: z.url().meta({ examples: ['https://easel.example/images/p0123456789.png'] }),
  image_urls: z.array(z.url()).optional().meta({ description: 'Addresses of all pictures of a batch.' }),
});

export const checkPending = z.object({
  statuscode: z.literal(202),
  message: z.string().meta({ examples: ['Image still processing. Current status: pending'] }),
  mark_id: z.string().meta({ examples: ['abc123'] }),
});
export const piclumenError = z.object({ statuscode: z.int(), message: z.string() }).meta({ id: 'PiclumenError' });
