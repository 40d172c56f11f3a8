import type { OptionReader } from './config.ts';
import { unsupportedConfig } from './faults.ts';
import { at } from './float32.ts';

const { fround, sqrt } = Math;

export const BETA_SCHEDULES = ['linear', 'scaled_linear', 'squaredcos_cap_v2'] as const;
type BetaSchedule = (typeof BETA_SCHEDULES)[number];

export interface BetaDefaults {
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: BetaSchedule;
}

/** Defaults of every scheduler except LCM. */
export const COMMON_BETAS: BetaDefaults = { betaStart: 0.0001, betaEnd: 0.02, betaSchedule: 'linear' };

/** How the training added noise to pictures, by timestep. */
export interface NoiseSchedule {
  readonly trainTimesteps: number;
  /** The share of the picture's variance that is left at each timestep: diffusers' alphas_cumprod, float32, falling. */
  readonly alphasCumprod: Float32Array;
}

export interface ZeroTerminalSnr {
  /** Whether the scheduler reads `rescale_betas_zero_snr`. PNDM does not. */
  readonly rescalable: boolean;
  /** Replaces the zero at the end, for schedulers that divide by it. */
  readonly lastAlphaCumprod?: number;
}

/** Float16's smallest number, with which schedulers that use sigmas keep the highest one finite. */
export const FINITE_TERMINAL_SIGMA: ZeroTerminalSnr = { rescalable: true, lastAlphaCumprod: 2 ** -24 };

/** As in torch, every operation rounds to float32, except the running product, which is a double. */
export function createNoiseSchedule(
  options: OptionReader,
  zeroTerminalSnr: ZeroTerminalSnr,
  defaults: BetaDefaults = COMMON_BETAS,
): NoiseSchedule {
  const trainTimesteps = options.integer('num_train_timesteps', 1000, 1);
  const betas = readBetas(options, trainTimesteps, defaults);
  if (!zeroTerminalSnr.rescalable || !options.flag('rescale_betas_zero_snr', false)) {
    return { trainTimesteps, alphasCumprod: toAlphasCumprod(betas) };
  }
  const alphasCumprod = toAlphasCumprod(rescaleToZeroTerminalSnr(betas));
  if (zeroTerminalSnr.lastAlphaCumprod !== undefined) {
    alphasCumprod[alphasCumprod.length - 1] = zeroTerminalSnr.lastAlphaCumprod;
  }
  return { trainTimesteps, alphasCumprod };
}

/** sqrt((1 - a) / a), the ratio of noise to picture. Rising. */
export function toSigmas(alphasCumprod: Float32Array): Float32Array {
  return alphasCumprod.map((alpha) => sqrt(fround(fround(1 - alpha) / alpha)));
}

function readBetas(options: OptionReader, count: number, defaults: BetaDefaults): Float32Array {
  const trained = options.numbers('trained_betas');
  if (trained !== undefined) {
    if (trained.length === count) return Float32Array.from(trained);
    throw unsupportedConfig(`trained_betas has ${trained.length} entries, but num_train_timesteps is ${count}.`);
  }
  const start = options.number('beta_start', defaults.betaStart);
  const end = options.number('beta_end', defaults.betaEnd);
  switch (options.choice('beta_schedule', BETA_SCHEDULES, defaults.betaSchedule)) {
    case 'linear':
      return linspace(start, end, count);
    case 'scaled_linear':
      return linspace(sqrt(start), sqrt(end), count).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return cosineBetas(count);
  }
}

/** torch.linspace in float32: the second half counts back from the end, and product and sum round only once (FMA). */
export function linspace(start: number, end: number, count: number): Float32Array {
  const [first, last] = [fround(start), fround(end)];
  const step = fround(fround(last - first) / (count - 1));
  return Float32Array.from({ length: count }, (_, index) => {
    if (count === 1) return first;
    return index < count / 2 ? first + step * index : last - step * (count - 1 - index);
  });
}

/** Nichol and Dhariwal's cosine schedule (arXiv:2102.09672), each beta capped at 0.999. */
function cosineBetas(count: number): Float32Array {
  const alphaBar = (time: number) => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float32Array.from({ length: count }, (_, index) =>
    Math.min(1 - alphaBar((index + 1) / count) / alphaBar(index / count), 0.999),
  );
}

function toAlphasCumprod(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => {
    product *= fround(1 - beta);
    return product;
  });
}

/** Algorithm 1 of arXiv:2305.08891: shifts and stretches sqrt(alphas_cumprod) so that it ends in zero. */
function rescaleToZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = toAlphasCumprod(betas).map(sqrt);
  const [first, last] = [at(roots, 0), at(roots, roots.length - 1)];
  const stretch = fround(first / fround(first - last));
  const alphasBar = roots.map((root) => fround(fround(root - last) * stretch) ** 2);
  return alphasBar.map((alphaBar, index) => 1 - (index === 0 ? alphaBar : fround(alphaBar / at(alphasBar, index - 1))));
}
