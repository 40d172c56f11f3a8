import type { EngineLimits } from '../engine.ts';
import { type ProviderName, shapeOf } from './providers.ts';

interface ModelDefaults {
  readonly steps: number;
  readonly guidance: number;
}

/** Values from the models' own cards, by words in their names. With 28 steps a distilled model makes bad pictures. */
const DEFAULTS: readonly (readonly [RegExp, ModelDefaults])[] = [
  [/schnell/i, { steps: 4, guidance: 3.5 }],
  [/flux/i, { steps: 28, guidance: 3.5 }],
  [/turbo|lightning|lcm|hyper/i, { steps: 4, guidance: 1 }],
];
const USUAL: ModelDefaults = { steps: 28, guidance: 7 };

/** One picture a call, because batches differ between providers and hf-inference has none. */
export function limitsOf(provider: ProviderName, model: string): EngineLimits {
  const { steps, guidance } = DEFAULTS.find(([name]) => name.test(model))?.[1] ?? USUAL;
  const { takesSteps } = shapeOf(provider);
  return {
    sizes: { multipleOf: 16, min: 256, max: 2048 },
    shapes: {
      square: { width: 1024, height: 1024 },
      portrait: { width: 832, height: 1216 },
      landscape: { width: 1216, height: 832 },
    },
    maxCount: 1,
    seed: true,
    negativePrompt: true,
    ...(takesSteps
      ? {
          guidanceScale: { min: 0, max: 20, default: guidance },
          steps: { min: 1, max: 100, step: 1, default: steps },
        }
      : {}),
    ...(provider === 'hf-inference' ? { schedulers: 'any' as const } : {}),
  };
}
