import { z } from 'zod';
import { MAX_COUNT, MAX_SEED } from '../../../shared/contract/generation.ts';
import {
  choice,
  choiceOr,
  engineName,
  flagOr,
  negativePrompt,
  pattern,
  prompt,
  wholeNumberOr,
  word,
} from '../fields.ts';
import { foreignDecimal, foreignSeed, foreignWhole, MAX_FOREIGN_SIDE } from '../foreign-fields.ts';
import { type IgnoredFields, isFilled, isOn, isOneOf, isOtherThan } from '../ignored-fields.ts';

/** Sides from 16 to 4096, the range of the canonical request. */
const SIDE = '(?:1[6-9]|[2-9]\\d|[1-9]\\d\\d|[1-3]\\d{3}|40[0-8]\\d|409[0-6])';
const SIZE = new RegExp(`^(?:auto|${SIDE}x${SIDE})$`);

/** Fields and values of OpenAI's images API, and of Together's variant, that have an effect here. */
export const imagesBody = z.looseObject({
  prompt: prompt({ description: 'What the picture shows.', example: 'a red fox' }),
  model: word(200, { description: 'An engine of `GET /v1/models`; any other name means the configured order.' }),
  n: wholeNumberOr(1, { min: 1, max: MAX_COUNT, description: 'Pictures, with consecutive seeds.', example: 1 }),
  size: pattern(SIZE, '`auto`, or a size such as `1024x1024` with sides of 16 to 4096 pixels', {
    description: 'An engine that cannot make it makes the nearest it can, and says so in `X-Warnings`.',
    example: '1024x1024',
  }),
  width: foreignWhole({ min: 16, max: MAX_FOREIGN_SIDE, description: 'Together’s: pixels; wins over `size`.' }),
  height: foreignWhole({ min: 16, max: MAX_FOREIGN_SIDE, description: 'Together’s: pixels; wins over `size`.' }),
  quality: word(20, { description: 'Repeated in the answer; engines here have only one quality.', example: 'auto' }),
  response_format: choice(['url', 'b64_json', 'base64'], {
    description:
      'Left out: `url` without a `model` or with one of the `dall-e` family, as at OpenAI, else `b64_json`. `base64` is Together’s word for it.',
  }),
  output_format: choiceOr('png', ['png', 'jpeg', 'webp'], { description: 'The format of the picture.' }),
  background: word(20, { description: 'Pictures are always opaque.' }),
  stream: flagOr(false, { description: 'Server-sent events instead of one answer.' }),
  partial_images: wholeNumberOr(0, {
    min: 0,
    max: 3,
    description: 'Previews (unfinished pictures) of a stream, if the engine makes any.',
  }),
  user: word(500, { description: 'Accepted without effect; limits count by key or address.' }),
  seed: foreignSeed(-1, { description: 'Beyond OpenAI: -1 draws one.', example: 42 }),
  negative_prompt: negativePrompt({ description: 'Beyond OpenAI: what to avoid.' }),
  guidance_scale: foreignDecimal({ min: 0, max: 30, description: 'Beyond OpenAI: how closely to follow the prompt.' }),
  steps: foreignWhole({ min: 1, max: 150, description: 'Beyond OpenAI: denoising steps.' }),
  num_inference_steps: foreignWhole({ min: 1, max: 150, description: 'Another name of `steps`.' }),
  engine: engineName(),
});

/** Fields for pictures to work from, of OpenAI and of similar services. */
export const SOURCE_FIELDS = [
  'image',
  'images',
  'mask',
  'image_url',
  'reference_images',
  'frame_images',
  'input_image',
] as const;

export const ignoredFields: IgnoredFields = {
  background: isOneOf('transparent'),
  quality: isOneOf('low', 'high', 'hd', 'xhigh', 'max'),
  style: isOneOf('natural'),
  moderation: isOneOf('low'),
  complexity: isOneOf('low', 'high'),
  output_compression: (value, { output_format }) =>
    typeof value === 'number' && value !== 100 && output_format !== undefined && output_format !== 'png',
  aspect_ratio: isOtherThan('auto'),
  resolution: isFilled,
  image_loras: isFilled,
  disable_safety_checker: isOn,
};

/** Pictures are not billed by tokens here, but clients expect the block. */
const noTokens = z.literal(0);

const image = z.object({
  url: z.url().optional(),
  b64_json: z.base64().optional(),
  seed: z.int().min(0).max(MAX_SEED).meta({ description: 'Beyond OpenAI: the seed really used.' }),
});

export const imagesAnswer = z.object({
  created: z.int().meta({ examples: [1795230388] }),
  data: z.array(image).meta({ examples: [[{ b64_json: 'iVBORw0KGgoAAAANSUhEUg==', seed: 42 }]] }),
  background: z.literal('opaque'),
  output_format: z.enum(['png', 'jpeg', 'webp']),
  size: z.string().meta({ examples: ['1024x1024'] }),
  quality: z.string().meta({ examples: ['auto'] }),
  usage: z.object({
    total_tokens: noTokens,
    input_tokens: noTokens,
    output_tokens: noTokens,
    input_tokens_details: z.object({ text_tokens: noTokens, image_tokens: noTokens }),
  }),
});

const model = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .meta({ id: 'OpenaiModel' });
export const modelAnswer = model;
export const modelsAnswer = z.object({ object: z.literal('list'), data: z.array(model) });
export const modelPath = z.object({
  model: z
    .string()
    .max(200)
    .meta({ examples: ['sketch'] }),
});

export const openaiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'OpenaiError' });
