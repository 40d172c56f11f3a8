import type { EngineLimits } from '../engine.ts';

/** The web app's default model, which programs that use the same API call FLUX.1-schnell. */
export const DEFAULT_MODEL_ID = '23887bba-507e-4249-a0e3-6951e4027f2b';

interface ModelPreset {
  readonly steps: number;
  readonly cfg: number;
  readonly sampler: string | null;
  readonly scheduler: string | null;
  readonly denoise: number;
}

const FLUX: ModelPreset = { steps: 6, cfg: 1, sampler: 'euler', scheduler: 'normal', denoise: 1 };

/** What the web app sends by default for the models whose ids are known. */
const PRESETS: Readonly<Record<string, ModelPreset>> = {
  [DEFAULT_MODEL_ID]: FLUX,
  '34ec1b5a-8962-4a93-b047-68cec9691dc2': {
    ...{ steps: 25, cfg: 4.5, sampler: 'dpmpp_2m_sde_gpu', scheduler: 'karras', denoise: 1 },
  },
  'cb4af9c7-41b0-47d3-944a-221446c7b8bc': {
    ...{ steps: 25, cfg: 7, sampler: 'euler_ancestral', scheduler: 'karras', denoise: 1 },
  },
  'tmjv7-a1b2c3d4-e5f6-4789-0abc-def123456789': { steps: 0, cfg: 0, sampler: null, scheduler: null, denoise: 0 },
};

/** An unknown model gets the default model's settings. */
export const presetOf = (modelId: string): ModelPreset => PRESETS[modelId] ?? FLUX;

const SQUARE = { width: 1024, height: 1024 };
const PORTRAIT = { width: 832, height: 1216 };
const LANDSCAPE = { width: 1216, height: 832 };

/** The sizes that the web app offers. Whether others work is unknown. */
const SIZES = [
  SQUARE,
  PORTRAIT,
  LANDSCAPE,
  { width: 1344, height: 768 },
  { width: 1152, height: 896 },
  { width: 768, height: 1024 },
  { width: 704, height: 1472 },
];

export function limitsOf(modelId: string): EngineLimits {
  const preset = presetOf(modelId);
  return {
    sizes: SIZES,
    shapes: { square: SQUARE, portrait: PORTRAIT, landscape: LANDSCAPE },
    maxCount: 4,
    seed: true,
    negativePrompt: true,
    /** The real limit is unknown. Longer prompts have not been seen to work. */
    promptCharacters: 2000,
    guidanceScale: { min: 0, max: 30, default: preset.cfg },
    steps: { min: 0, max: 60, step: 1, default: preset.steps },
    samplers: ['dpmpp_2m_sde_gpu', 'euler', 'euler_ancestral'],
    schedulers: ['karras', 'normal'],
  };
}
