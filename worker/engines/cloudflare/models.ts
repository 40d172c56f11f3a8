import type { EngineLimits, EngineRequest } from '../engine.ts';
import type { ServiceCall } from '../service-description.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';

/** What Cloudflare's models take, by the words of their names: new ones come often, so nothing but the family counts. */
interface ModelFamily {
  readonly limits: EngineLimits;
  toCall(request: EngineRequest): Pick<ServiceCall, 'json' | 'form'>;
  /** Neurons of one picture of a megapixel; left out: the service names none. */
  readonly neurons?: number;
}

/** https://developers.cloudflare.com/workers-ai/platform/pricing: free in a day. */
const FREE_NEURONS = 10_000;

const SQUARE = { width: 1024, height: 1024 };

const withNegative = ({ negativePrompt }: EngineRequest) =>
  negativePrompt === '' ? {} : { negative_prompt: negativePrompt };

/** Only square, and no negative prompt. */
const FLUX_1: ModelFamily = {
  limits: {
    ...MEGAPIXEL_LIMITS,
    sizes: [SQUARE],
    shapes: { square: SQUARE, portrait: SQUARE, landscape: SQUARE },
    steps: { min: 1, max: 8, step: 1, default: 4 },
    promptCharacters: 2048,
  },
  toCall: ({ prompt, seed, steps }) => ({ json: { prompt, seed, steps } }),
  neurons: 57.6,
};

/** Takes a form, because pictures may come with it. */
const FLUX_2: ModelFamily = {
  limits: MEGAPIXEL_LIMITS,
  toCall: ({ prompt, seed, width, height }) => ({
    form: { prompt, seed: String(seed), width: String(width), height: String(height) },
  }),
  neurons: 104,
};

const LEONARDO: ModelFamily = {
  limits: {
    ...MEGAPIXEL_LIMITS,
    negativePrompt: true,
    steps: { min: 1, max: 40, step: 1, default: 25 },
    guidanceScale: { min: 0, max: 10, default: 4.5 },
  },
  toCall: (request) => {
    const { prompt, seed, width, height, steps, guidanceScale } = request;
    return {
      json: { prompt, seed, width, height, num_steps: steps, guidance: guidanceScale, ...withNegative(request) },
    };
  },
};

const STABLE_DIFFUSION: ModelFamily = {
  ...LEONARDO,
  limits: {
    ...LEONARDO.limits,
    steps: { min: 1, max: 20, step: 1, default: 20 },
    guidanceScale: { min: 0, max: 20, default: 7.5 },
  },
};

const FAMILIES: readonly (readonly [RegExp, ModelFamily])[] = [
  [/flux-1/i, FLUX_1],
  [/flux-2/i, FLUX_2],
  [/leonardo/i, LEONARDO],
];

const familyOf = (model: string): ModelFamily => FAMILIES.find(([name]) => name.test(model))?.[1] ?? STABLE_DIFFUSION;

export const limitsOf = (model: string): EngineLimits => familyOf(model).limits;

export const toCall = (request: EngineRequest, model: string): Pick<ServiceCall, 'json' | 'form'> =>
  familyOf(model).toCall(request);

export function allowanceOf(model: string): number | undefined {
  const { neurons } = familyOf(model);
  return neurons === undefined ? undefined : Math.floor(FREE_NEURONS / neurons);
}
