import type { EngineLimits, Size } from './engine.ts';

/** About one megapixel for each aspect ratio. The upstreams choose the exact pixels themselves. */
const ASPECTS = {
  '1:1': { width: 1024, height: 1024 },
  '2:3': { width: 832, height: 1248 },
  '3:2': { width: 1248, height: 832 },
  '3:4': { width: 864, height: 1184 },
  '4:3': { width: 1184, height: 864 },
  '4:5': { width: 896, height: 1152 },
  '5:4': { width: 1152, height: 896 },
  '9:16': { width: 768, height: 1344 },
  '16:9': { width: 1344, height: 768 },
  '9:21': { width: 640, height: 1536 },
  '21:9': { width: 1536, height: 640 },
} as const satisfies Readonly<Record<string, Size>>;

type Aspect = keyof typeof ASPECTS;

/** The word for the form of a size that the request was fitted to, for services that take a form instead of pixels. */
export function toAspect({ width, height }: Size): string {
  const found = Object.entries(ASPECTS).find(([, size]) => size.width === width && size.height === height);
  return found?.[0] ?? '1:1';
}

const SQUARE = { width: 1024, height: 1024 };
const PORTRAIT = { width: 832, height: 1216 };
const LANDSCAPE = { width: 1216, height: 832 };

/** What most FLUX and SDXL services take: about a megapixel, in steps. One picture a call. */
export const MEGAPIXEL_LIMITS: EngineLimits = {
  sizes: { multipleOf: 16, min: 256, max: 1440 },
  shapes: { square: SQUARE, portrait: PORTRAIT, landscape: LANDSCAPE },
  maxCount: 1,
  seed: true,
  negativePrompt: false,
};

/** Limits of a service that takes only these forms. */
export const limitsOfAspects = (...names: readonly Aspect[]): EngineLimits => ({
  ...MEGAPIXEL_LIMITS,
  sizes: names.map((name) => ASPECTS[name]),
  shapes: { square: ASPECTS['1:1'], portrait: ASPECTS['2:3'], landscape: ASPECTS['3:2'] },
});
