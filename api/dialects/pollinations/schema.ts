import { z } from 'zod';
import { MAX_SEED } from '../../../shared/contract/generation.ts';
import { FORMATS } from '../../../shared/picture/media-type.ts';
import { choiceOr, decimal, flagOr, negativePrompt, prompt, wholeNumber, wholeNumberOr, word } from '../fields.ts';

export const picturePath = z.object({
  prompt: prompt({ description: 'What the picture shows, percent-encoded; slashes may stay.', example: 'a red fox' }),
});

const SAFE_WORDS: ReadonlySet<string> = new Set(['privacy', 'secrets', 'sexual', 'violence', 'shield', 'nsfw']);

/** Newer clients list what they want to be safe from (`safe=nsfw,violence`); here the engine's one flag stands for all. */
const toSafe = (given: unknown): unknown => {
  const words = typeof given === 'string' ? given.toLowerCase().split(',') : [];
  return words.length > 0 && words.every((word) => SAFE_WORDS.has(word.trim())) ? true : given;
};

/** Parameters of Pollinations that mean something here; `nologo`, `private`, `enhance` and the like are ignored. */
export const pictureQuery = z.object({
  width: wholeNumber({ min: 16, max: 4096, description: 'Pixels; with `height`.', example: 768 }),
  height: wholeNumber({ min: 16, max: 4096, description: 'Pixels; with `width`.', example: 768 }),
  // As at Pollinations: a bare address is always the same picture, so that a page may show and caches may keep it.
  seed: wholeNumberOr(0, { min: -1, max: MAX_SEED, description: '-1 draws a new one each time.', example: 42 }),
  model: word(64, { description: 'An engine; any other name takes the configured order.', example: 'flux' }),
  negative_prompt: negativePrompt({ description: 'What to avoid.', example: 'blurry' }),
  guidance_scale: decimal({
    min: 0,
    max: 30,
    description: 'Beyond Pollinations: how closely to follow the prompt.',
    example: 7,
  }),
  safe: flagOr(false, { description: 'Refuse a picture that the engine flags as not safe for work.' }, toSafe),
  format: choiceOr('jpeg', FORMATS, { description: 'Beyond Pollinations: the format of the picture.' }),
});

export const pollinationsError = z
  .object({
    status: z.int(),
    success: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }),
  })
  .meta({ id: 'PollinationsError' });

export const modelNames = z.array(z.string());
export const modelObjects = z.array(z.object({ name: z.string(), description: z.string() }));
