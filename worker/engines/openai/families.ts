import type { EngineLimits, Size } from '../engine.ts';

/** What the models of one family take. The model's name decides, since the API does not say. */
export interface ModelFamily {
  readonly limits: EngineLimits;
  /** GPT image models refuse `response_format` and always answer base64. */
  readonly takesResponseFormat: boolean;
  /** How a seed is sent: not at all, as a field of the body, or in sd-server's block at the end of the prompt. */
  readonly seed: 'none' | 'field' | 'block';
}

const size = (width: number, height: number): Size => ({ width, height });
const SQUARE = size(1024, 1024);

const GPT_IMAGE: ModelFamily = {
  limits: {
    sizes: [SQUARE, size(1536, 1024), size(1024, 1536)],
    shapes: { square: SQUARE, landscape: size(1536, 1024), portrait: size(1024, 1536) },
    maxCount: 10,
    seed: false,
    negativePrompt: false,
    promptCharacters: 32_000,
  },
  takesResponseFormat: false,
  seed: 'none',
};

/** Both sides multiples of 16, the longer one up to 3840 and up to three times the other, 0.65 to 8.3 megapixels. */
const GPT_IMAGE_2: ModelFamily = {
  ...GPT_IMAGE,
  limits: {
    ...GPT_IMAGE.limits,
    sizes: { multipleOf: 16, min: 480, max: 3840, minPixels: 655_360, maxPixels: 8_294_400, maxRatio: 3 },
  },
};

const DALL_E_3: ModelFamily = {
  limits: {
    ...GPT_IMAGE.limits,
    sizes: [SQUARE, size(1792, 1024), size(1024, 1792)],
    shapes: { square: SQUARE, landscape: size(1792, 1024), portrait: size(1024, 1792) },
    maxCount: 1,
    promptCharacters: 4000,
  },
  takesResponseFormat: true,
  seed: 'none',
};

const DALL_E_2: ModelFamily = {
  limits: {
    ...GPT_IMAGE.limits,
    sizes: [SQUARE, size(512, 512), size(256, 256)],
    shapes: { square: SQUARE, landscape: SQUARE, portrait: SQUARE },
    promptCharacters: 1000,
  },
  takesResponseFormat: true,
  seed: 'none',
};

/**
 * LocalAI, Pollinations and others run Stable Diffusion or FLUX, so sizes are multiples of 64. There is one picture a
 * call, because servers differ in how they count up the seeds of a batch.
 */
const OTHER: ModelFamily = {
  limits: {
    sizes: { multipleOf: 64, min: 256, max: 2048 },
    shapes: { square: SQUARE, landscape: size(1216, 832), portrait: size(832, 1216) },
    maxCount: 1,
    seed: true,
    negativePrompt: false,
  },
  takesResponseFormat: true,
  seed: 'field',
};

/** The only name by which stable-diffusion.cpp's server lists its model. Its own flags set steps and guidance. */
const SD_SERVER: ModelFamily = {
  limits: {
    ...OTHER.limits,
    negativePrompt: true,
    samplers: [
      ...['euler', 'euler_a', 'heun', 'dpm2', 'dpm++2s_a', 'dpm++2m', 'dpm++2mv2', 'ipndm', 'ipndm_v', 'lcm'],
      ...['ddim_trailing', 'tcd', 'res_multistep', 'res_2s', 'er_sde'],
    ],
    schedulers: ['discrete', 'karras', 'exponential', 'ays', 'gits', 'sgm_uniform', 'simple', 'smoothstep', 'lcm'],
  },
  takesResponseFormat: false,
  seed: 'block',
};

const FAMILIES: readonly (readonly [RegExp, ModelFamily])[] = [
  [/^gpt-image-([2-9]|[1-9]\d)/, GPT_IMAGE_2],
  [/^(gpt|chatgpt)-image-/, GPT_IMAGE],
  [/^dall-e-3/, DALL_E_3],
  [/^dall-e-2/, DALL_E_2],
  [/^sd-cpp-local$/, SD_SERVER],
];

export const familyOf = (model: string | undefined): ModelFamily =>
  FAMILIES.find(([name]) => name.test(model ?? ''))?.[1] ?? OTHER;
