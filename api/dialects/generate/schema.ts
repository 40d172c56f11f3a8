import { z } from 'zod';
import { MAX_SEED, SHAPES } from '../../../shared/contract/generation.ts';
import { choiceOr } from '../fields.ts';
import { nativeFields } from '../native-fields.ts';

export const generateQuery = z.object({
  ...nativeFields,
  output: choiceOr('json', ['json', 'image', 'redirect', 'page'], {
    description:
      '`json` answers with the address, `image` with the picture itself, `redirect` redirects to it, `page` redirects to a page for people that shows the progress and needs no script.',
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
    engine: z.string().meta({ description: 'The engine that made the picture.' }),
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
