import { z } from 'zod';
import { FORMATS } from '../../../shared/picture/media-type.ts';
import { choiceOr, flagOr, negativePrompt, prompt, word } from '../fields.ts';
import { foreignDecimal, foreignSeed, foreignWhole, MAX_FOREIGN_SIDE } from '../foreign-fields.ts';
import { type IgnoredFields, isFilled, isOn, isOneOf } from '../ignored-fields.ts';

export const picturePath = z.object({
  prompt: prompt({ description: 'What the picture shows, percent-encoded; slashes may stay.', example: 'a red fox' }),
});

const SAFE_WORDS: ReadonlySet<string> = new Set(['privacy', 'secrets', 'sexual', 'violence', 'shield', 'nsfw']);

/** Newer clients list what to refuse (`safe=nsfw,violence`). Engines can only flag a whole picture, so any list means yes. */
const toSafe = (given: unknown): unknown => {
  const words = typeof given === 'string' ? given.toLowerCase().split(',') : [];
  return words.length > 0 && words.every((word) => SAFE_WORDS.has(word.trim())) ? true : given;
};

/** Parameters of Pollinations that have an effect here. Those for its logo and its feed have none. */
export const pictureQuery = z.object({
  width: foreignWhole({ min: 16, max: MAX_FOREIGN_SIDE, description: 'Pixels; with `height`.', example: 768 }),
  height: foreignWhole({ min: 16, max: MAX_FOREIGN_SIDE, description: 'Pixels; with `width`.', example: 768 }),
  // As at Pollinations, an address without a seed is always the same picture, so that caches may keep it.
  seed: foreignSeed(0, { description: '-1 draws a new one each time.', example: 42 }),
  model: word(64, { description: 'An engine; any other name means the configured order.', example: 'flux' }),
  negative_prompt: negativePrompt({ description: 'What to avoid.', example: 'blurry' }),
  guidance_scale: foreignDecimal({
    min: 0,
    max: 30,
    description: 'Beyond Pollinations: how closely to follow the prompt.',
    example: 7,
  }),
  safe: flagOr(false, { description: 'Refuse a picture that the engine flags as not safe for work.' }, toSafe),
  format: choiceOr('jpeg', FORMATS, { description: 'Beyond Pollinations: the format of the picture.' }),
});

/** Reference pictures, which no engine here can use. */
export const SOURCE_PARAMETERS = ['image', 'reference_image', 'reference_images', 'reference_video'] as const;

export const ignoredFields: IgnoredFields = {
  transparent: isOn,
  enhance: isOn,
  quality: isOneOf('low', 'high', 'hd'),
  resolution: isFilled,
  duration: isFilled,
  aspectRatio: isFilled,
  audio: isOn,
};

export const pollinationsError = z
  .object({
    status: z.int(),
    success: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }),
  })
  .meta({ id: 'PollinationsError' });

export const modelNames = z.array(z.string());
export const modelObjects = z.array(z.object({ name: z.string(), description: z.string() }));
