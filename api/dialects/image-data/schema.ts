import { z } from 'zod';
import { MAX_SEED } from '../../../shared/contract/generation.ts';
import { decimal, engineName, negativePrompt, prompt, wholeNumberOr } from '../fields.ts';

export const imageDataBody = z.object({
  prompt: prompt({ description: 'What the picture shows.', example: 'A minimalist room with pastel colors' }),
  negative_prompt: negativePrompt({ description: 'What to avoid.' }),
  seed: wholeNumberOr(-1, {
    min: -1,
    max: MAX_SEED,
    description: 'The same seed makes the same picture.',
    example: 42,
  }),
  guidance_scale: decimal({ min: 0, max: 30, description: 'How strictly to follow the prompt.', example: 7.5 }),
  engine: engineName(),
});

export const imageDataAnswer = z.object({
  message: z.literal('Image generated successfully'),
  image_data: z.base64().meta({ description: 'A PNG.', examples: ['iVBORw0KGgoAAAANSUhEUg=='] }),
});

export const imageDataError = z.object({ message: z.string(), error: z.string() }).meta({ id: 'ImageDataError' });
