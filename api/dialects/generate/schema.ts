import { z } from 'zod';
import { MAX_SEED, METADATA, SHAPES } from '../../../shared/contract/generation.ts';
import { FORMATS } from '../../../shared/picture/media-type.ts';
import { choice, choiceOr, decimalOr, engineName, flagOr, negativePrompt, prompt, wholeNumberOr } from '../fields.ts';

/** What one picture may be asked for in Easel's own words: `GET /generate`, and with more in `POST /jobs`. */
export const wishes = {
  prompt: prompt({ description: 'What the picture shows.', example: 'a red fox' }),
  negative_prompt: negativePrompt({ description: 'What to avoid.', example: 'blurry' }),
  seed: wholeNumberOr(-1, {
    min: -1,
    max: MAX_SEED,
    description: 'The same seed and request make the same picture; -1 draws one.',
    example: 42,
  }),
  guidance_scale: decimalOr(7, { min: 0, max: 20, description: 'How closely to follow the prompt.', example: 7 }),
  shape: choiceOr('square', SHAPES, { description: 'The form of the picture.', example: 'square' }),
  engine: engineName(),
  strict: flagOr(false, { description: 'An engine that cannot honour every wish is skipped instead of warning.' }),
  safe: flagOr(false, { description: 'Refuse a picture that the engine flags as not safe for work.' }),
  format: choiceOr('png', FORMATS, { description: 'The format of the picture.', example: 'png' }),
  metadata: choice(METADATA, {
    description:
      'What the file says of its making: `full`, `settings` (no words) or `none`. That a machine made it stays marked. Left out: as the operator set.',
    example: 'settings',
  }),
};

export const generateQuery = z.object({
  ...wishes,
  output: choiceOr('json', ['json', 'image', 'redirect'], {
    description: '`json` tells the address, `image` sends the picture itself, `redirect` leads to it.',
    example: 'json',
  }),
});

export const generateAnswer = z
  .object({
    success: z.literal(true),
    image_url: z.url(),
    prompt: z.string(),
    negative_prompt: z.string().optional(),
    seed: z.int().min(0).max(MAX_SEED).meta({ description: 'The seed really used.' }),
    shape: z.enum(SHAPES),
    guidance_scale: z.number().meta({ description: 'The value really used.' }),
    engine: z.string().meta({ description: 'Who made the picture.' }),
    width: z.int(),
    height: z.int(),
    job_id: z.string(),
    warnings: z.array(z.string()),
    nsfw: z.boolean().optional(),
    cached: z.boolean(),
    store: z.string(),
  })
  .meta({
    id: 'Picture',
    examples: [
      {
        success: true,
        image_url: 'https://easel.example/images/p0123456789.png',
        prompt: 'a red fox',
        seed: 3115028197,
        shape: 'square',
        guidance_scale: 7,
        engine: 'sketch',
        width: 768,
        height: 768,
        job_id: 'Yx2kQ7',
        warnings: [],
        cached: false,
        store: 'disk',
      },
    ],
  });
