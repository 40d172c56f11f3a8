import { betaQuantile } from './beta-quantile.ts';
import type { OptionReader } from './config.ts';
import { unsupportedConfig } from './faults.ts';
import { at } from './float32.ts';
import { multiplesDescending } from './timestep-spacing.ts';

/** Noise at the end of a run: none, or the lowest sigma of the training. */
export const FINAL_SIGMAS = ['zero', 'sigma_min'] as const;

/** Options that choose the sigmas between the highest and the lowest one independent of the timesteps. */
const SWITCHES = {
  use_karras_sigmas: karras,
  use_exponential_sigmas: exponential,
  use_beta_sigmas: beta,
} as const;
type SigmaSwitch = keyof typeof SWITCHES;

/** `count` values from `highest` down to `lowest`, in double. */
export type SigmaCurve = (highest: number, lowest: number, count: number) => number[];

export interface SigmaSpacing {
  readonly name: SigmaSwitch;
  readonly curve: SigmaCurve;
}

/** Undefined when no switch is on. The sigmas are then those of the timesteps. */
export function readSigmaSpacing(options: OptionReader): SigmaSpacing | undefined {
  const names = Object.keys(SWITCHES).filter((name): name is SigmaSwitch => options.flag(name, false));
  if (names.length > 1) throw unsupportedConfig(`only one of ${Object.keys(SWITCHES).join(', ')} may be true.`);
  const [name] = names;
  return name === undefined ? undefined : { name, curve: SWITCHES[name] };
}

/** Formula 5 of arXiv:2206.00364 with rho 7, as the paper recommends. */
function karras(highest: number, lowest: number, count: number): number[] {
  const rho = 7;
  const [top, bottom] = [highest ** (1 / rho), lowest ** (1 / rho)];
  return ramp(count).map((share) => (top + share * (bottom - top)) ** rho);
}

function exponential(highest: number, lowest: number, count: number): number[] {
  return geometric(Math.log(highest), Math.log(lowest), count);
}

/** Evenly spaced in the logarithm (lambda), as in Lu et al. (arXiv:2206.00927). As in diffusers, both ends round to float32. */
export function lu(highest: number, lowest: number, count: number): number[] {
  return geometric(Math.fround(Math.log(highest)), Math.fround(Math.log(lowest)), count);
}

function geometric(logHighest: number, logLowest: number, count: number): number[] {
  return ramp(count).map((share) => Math.exp(share === 1 ? logLowest : logHighest + share * (logLowest - logHighest)));
}

/** "Beta Sampling is All You Need" (arXiv:2407.12173) with its alpha and beta of 0.6. */
function beta(highest: number, lowest: number, count: number): number[] {
  return ramp(count).map((share) => lowest + betaQuantile(1 - share, 0.6, 0.6) * (highest - lowest));
}

/** 0 to 1; a single value is 0. */
function ramp(count: number): number[] {
  return multiplesDescending(1, count)
    .toReversed()
    .map((index) => (count === 1 ? 0 : index === count - 1 ? 1 : index * (1 / (count - 1))));
}

/** Linear interpolation at a fractional index, limited to the ends of the table: numpy.interp. */
export function interpolate(table: Float32Array, index: number): number {
  const clamped = Math.min(Math.max(index, 0), table.length - 1);
  const below = Math.floor(clamped);
  const low = at(table, below);
  return below === clamped ? low : low + (at(table, below + 1) - low) * (clamped - below);
}

/** The fractional timestep at which the training had this sigma, interpolated in the logarithm. */
export function createSigmaToTimestep(sigmas: Float32Array): (sigma: number) => number {
  const logSigmas = sigmas.map(Math.log);
  return (sigma) => {
    const logSigma = Math.log(Math.max(sigma, 1e-10));
    const below = Math.min(lastAtOrBelow(logSigmas, logSigma), logSigmas.length - 2);
    const [low, high] = [at(logSigmas, below), at(logSigmas, below + 1)];
    const weight = Math.min(Math.max((low - logSigma) / Math.fround(low - high), 0), 1);
    return (1 - weight) * below + weight * (below + 1);
  };
}

function lastAtOrBelow(rising: Float32Array, value: number): number {
  let [low, high] = [0, rising.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(rising, middle) <= value) low = middle;
    else high = middle;
  }
  return low;
}
