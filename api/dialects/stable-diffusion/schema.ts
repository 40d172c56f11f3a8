import { z } from 'zod';
import { MAX_SEED } from '../../../shared/contract/generation.ts';
import { decimalOr, engineName, negativePrompt, prompt, wholeNumberOr } from '../fields.ts';

/** The body of the earlier Stable Diffusion server, with its defaults. */
export const stableDiffusionBody = z.object({
  prompt: prompt({ description: 'Text description of the image to generate.', example: 'A serene mountain landscape' }),
  negative_prompt: negativePrompt({ description: 'What to avoid in the generated image.', example: 'low quality' }),
  num_inference_steps: wholeNumberOr(50, { min: 1, max: 150, description: 'Denoising steps.', example: 30 }),
  guidance_scale: decimalOr(7.5, { min: 0, max: 30, description: 'How closely to follow the prompt.', example: 8 }),
  width: wholeNumberOr(512, { min: 64, max: 2048, step: 8, description: 'Pixels.', example: 512 }),
  height: wholeNumberOr(512, { min: 64, max: 2048, step: 8, description: 'Pixels.', example: 512 }),
  seed: wholeNumberOr(-1, { min: -1, max: MAX_SEED, description: '-1 draws one.', example: 42 }),
  engine: engineName(),
});

export const stableDiffusionAnswer = z.object({
  image: z.base64().meta({ description: 'A PNG.', examples: ['iVBORw0KGgoAAAANSUhEUg=='] }),
});
export const stableDiffusionError = z.object({ error: z.string() }).meta({ id: 'StableDiffusionError' });
