import type { z } from 'zod';
import { MAX_SEED, METADATA, SHAPES } from '../../shared/contract/generation.ts';
import { invalidRequest } from '../../shared/errors.ts';
import { FORMATS } from '../../shared/picture/media-type.ts';
import type { RequestDraft } from '../jobs/job.ts';
import {
  choice,
  choiceOr,
  decimalOr,
  engineName,
  flagOr,
  negativePrompt,
  prompt,
  wholeNumber,
  wholeNumberOr,
} from './fields.ts';
import { toSeed } from './native.ts';

/** The parameters of Easel's own dialects for one picture: of `GET /generate`, and with others of `POST /jobs`. */
export const nativeFields = {
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
  width: wholeNumber({
    min: 16,
    max: 4096,
    description: 'Pixels, together with `height`; wins over `shape`.',
    example: 768,
  }),
  height: wholeNumber({ min: 16, max: 4096, description: 'Pixels, together with `width`.', example: 512 }),
  steps: wholeNumber({ min: 1, max: 150, description: 'Denoising steps, if the engine has them.', example: 20 }),
  engine: engineName(),
  strict: flagOr(false, { description: 'Skip an engine that cannot honour every parameter, instead of warning.' }),
  safe: flagOr(false, { description: 'Refuse a picture that the engine flags as not safe for work.' }),
  format: choiceOr('png', FORMATS, { description: 'The format of the picture.', example: 'png' }),
  metadata: choice(METADATA, {
    description:
      'What the file says about how it was made: `full`, `settings` (without the prompts) or `none`. The mark of machine-made media stays in every case. Left out: the operator’s setting.',
    example: 'settings',
  }),
};

type NativeFields = z.output<z.ZodObject<typeof nativeFields>>;
type NativeDraft = Omit<RequestDraft, 'count' | 'deliver'>;

export function toDraft(fields: NativeFields): NativeDraft {
  return {
    prompt: fields.prompt,
    ...(fields.negative_prompt !== undefined && { negativePrompt: fields.negative_prompt }),
    ...toSeed(fields.seed),
    guidanceScale: fields.guidance_scale,
    ...toForm(fields),
    ...(fields.steps !== undefined && { steps: fields.steps }),
    ...(fields.engine !== undefined && { engine: fields.engine }),
    strict: fields.strict,
    safe: fields.safe,
    format: fields.format,
    ...(fields.metadata !== undefined && { metadata: fields.metadata }),
    previews: 0,
  };
}

/** Exact sides win over a shape. The answer then names the shape that they have. */
function toForm({ shape, width, height }: NativeFields): Pick<RequestDraft, 'shape' | 'width' | 'height'> {
  if (width === undefined && height === undefined) return { shape };
  if (width !== undefined && height !== undefined) {
    return { shape: width === height ? 'square' : width > height ? 'landscape' : 'portrait', width, height };
  }
  const field = width === undefined ? 'width' : 'height';
  throw invalidRequest([{ field, message: '`width` and `height` must be given together.' }]);
}
