import { z } from 'zod';
import { negativePrompt, prompt, word } from '../fields.ts';

const extras = z.record(z.string(), z.unknown());
const styles = z.object({ style_list: z.array(extras).max(10).default([]) });

/** Piclumen's own seeds go beyond 2^32. */
const MAX_PICLUMEN_SEED = 1e12;

/** The whole body of the service of old, with its defaults. */
export const createBody = z.object({
  prompt: prompt({ description: 'What the picture shows.', example: 'a magical landscape' }),
  highPixels: z.boolean().default(false),
  model_id: z.string().max(100).default('23887bba-507e-4249-a0e3-6951e4027f2b'),
  negative_prompt: negativePrompt({ description: 'What to avoid.', example: 'blurry' }),
  resolution: z
    .object({
      width: z.int().min(64).max(4096).default(1344),
      height: z.int().min(64).max(4096).default(768),
      batch_size: z.int().min(1).max(4).default(1),
    })
    .prefault({}),
  model_ability: extras.default({}),
  seed: z.int().min(-1).max(MAX_PICLUMEN_SEED).default(9896923949),
  steps: z.int().min(0).max(150).default(6),
  cfg: z.number().min(0).max(30).default(1),
  sampler_name: z.string().max(100).nullable().default('euler'),
  scheduler: z.string().max(100).nullable().default('normal'),
  ponyTags: extras.default({}),
  denoise: z.number().min(0).max(1).default(1),
  hires_fix_denoise: z.number().min(0).max(1).default(0.5),
  hires_scale: z.number().min(1).max(4).default(2),
  multi_img2img_info: styles.prefault({}),
  img_control_info: styles.prefault({}),
  continueCreate: z.boolean().default(false),
});

const token = word(500, {
  description: 'Your own Piclumen token; the `Authorization` header does as well.',
  example: 'my-piclumen-token',
});

export const createQuery = z.object({ authorization_token: token });

export const checkQuery = z.object({
  authorization_token: token,
  mark_id: z
    .string()
    .min(1)
    .max(8000)
    .meta({ description: 'Of the answer that accepted it.', examples: ['abc123'] }),
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
  image_urls: z.array(z.url()).optional().meta({ description: 'All of a batch.' }),
});

export const checkPending = z.object({
  statuscode: z.literal(202),
  message: z.string().meta({ examples: ['Image still processing. Current status: pending'] }),
  mark_id: z.string().meta({ examples: ['abc123'] }),
});
export const piclumenError = z.object({ statuscode: z.int(), message: z.string() }).meta({ id: 'PiclumenError' });
