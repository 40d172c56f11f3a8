import type { EngineLimits, Size } from '../engine.ts';
import { toFamilyLimits } from './model/family.ts';
import type { ModelDescription } from './model/model-description.ts';
import { SAMPLER_NAMES, SCHEDULE_NAMES } from './schedulers/samplers.ts';

const MIN_PIXELS = 64;
const MAX_PIXELS = 2048;
/** Pictures of a call are made one after the other, and a call has one deadline. */
const MAX_COUNT = 4;
/**
 * 1216x832 is the size nearest to 3:2 that SDXL was trained on. Other models keep the area of their square in the same
 * way.
 */
const LONG_TO_SHORT = 1216 / 832;

/** `applySampler` also understands names with a schedule at the end, and the spellings of ComfyUI and diffusers. */
const SPELLINGS = [
  ...['euler_a', 'euler_ancestral', 'k_euler', 'k_euler_a', 'dpmpp_2m', 'dpmpp_2m_sde', 'pndm'],
  ...['eulerdiscretescheduler', 'eulerancestraldiscretescheduler', 'ddimscheduler', 'pndmscheduler', 'lcmscheduler'],
];
const ENDINGS = ['', ' karras', ' exponential'];

export function toLimits(model: ModelDescription): EngineLimits {
  const { family, isXl, unet, decoder } = model;
  const { guidanceWidth, fixedSize } = unet;
  const { pixelsPerLatent } = decoder;
  const square = toPixels(unet.sampleSize, pixelsPerLatent);
  const multipleOf = pixelsPerLatent * 2 ** (unet.levels.length - 1);
  const only = fixedSize === undefined ? undefined : toPixels(fixedSize, pixelsPerLatent);
  const samplers = SAMPLER_NAMES.flatMap((name) => ENDINGS.map((ending) => `${name.toLowerCase()}${ending}`));
  return {
    sizes:
      only === undefined
        ? { multipleOf, min: Math.max(MIN_PIXELS, multipleOf), max: Math.max(MAX_PIXELS, square.width) }
        : [only],
    shapes: only === undefined ? toShapes(square, multipleOf) : { square: only, portrait: only, landscape: only },
    maxCount: MAX_COUNT,
    seed: true,
    ...toFamilyLimits({ family, isXl, guidanceWidth }),
    // A latent consistency model works with its own sampler only.
    samplers: family === 'lcm' ? ['lcm', 'lcmscheduler'] : [...new Set([...samplers, ...SPELLINGS])],
    schedulers: family === 'lcm' ? ['automatic'] : SCHEDULE_NAMES.map((name) => name.toLowerCase()),
  };
}

const toPixels = ({ width, height }: Size, factor: number): Size => ({
  width: width * factor,
  height: height * factor,
});

function toShapes(square: Size, multipleOf: number): EngineLimits['shapes'] {
  // SDXL was trained on multiples of a sixteenth of its square's side.
  const step = Math.max(multipleOf, square.width / 16);
  const round = (pixels: number): number => Math.max(Math.ceil(MIN_PIXELS / step), Math.round(pixels / step)) * step;
  const long = round(square.width * Math.sqrt(LONG_TO_SHORT));
  const short = round(square.width / Math.sqrt(LONG_TO_SHORT));
  return {
    square: { width: round(square.width), height: round(square.height) },
    portrait: { width: short, height: long },
    landscape: { width: long, height: short },
  };
}
