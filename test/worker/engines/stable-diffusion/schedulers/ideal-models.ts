import type { NormalSource, Scheduler } from '../../../../../worker/engines/stable-diffusion/schedulers/scheduler.ts';

/** Models whose output has a closed form, computed in double with an independent noise table. */

/** A sample of unit variance: signal * picture + noise * epsilon. */
export interface Shares {
  readonly signal: number;
  readonly noise: number;
}

export function sharesOfSigma(sigma: number): Shares {
  const signal = 1 / Math.hypot(1, sigma);
  return { signal, noise: sigma * signal };
}

/** The noise of Stable Diffusion's training, linear in sigma between two timesteps. */
export function sharesAt(timestep: number): Shares {
  return sharesOfSigma(sigmaAt(timestep));
}

export function sigmaAt(timestep: number): number {
  const below = Math.min(Math.floor(timestep), SIGMAS.length - 2);
  const [low = 0, high = 0] = SIGMAS.slice(below, below + 2);
  return low + (high - low) * (timestep - below);
}

const SIGMAS = createSigmas();

function createSigmas(): number[] {
  const [first, last] = [Math.sqrt(0.00085), Math.sqrt(0.012)];
  let product = 1;
  return Array.from({ length: 1000 }, (_, index) => {
    product *= 1 - (first + ((last - first) * index) / 999) ** 2;
    return Math.sqrt((1 - product) / product);
  });
}

/** The true noise in a value with the given shares. */
export type TrueNoise = (value: number, shares: Shares, index: number) => number;

/** All pictures are `picture`. */
export function pointMass(picture: ArrayLike<number>): TrueNoise {
  return (value, { signal, noise }, index) => (value - signal * (picture[index] ?? 0)) / noise;
}

/** Each value of a picture is normally distributed and independent. */
export function gaussian(mean: number, deviation: number): TrueNoise {
  return (value, { signal, noise }) => (noise * (value - signal * mean)) / ((signal * deviation) ** 2 + noise ** 2);
}

/** A model's output of any prediction type, made from the true noise. */
export function toModelOutput(
  predictionType: string,
  trueNoise: TrueNoise,
  sample: Float32Array,
  shares: Shares,
): Float32Array {
  return sample.map((value, index) => {
    const epsilon = trueNoise(value, shares, index);
    const picture = (value - shares.noise * epsilon) / shares.signal;
    if (predictionType === 'sample') return picture;
    return predictionType === 'epsilon' ? epsilon : shares.signal * epsilon - shares.noise * picture;
  });
}

export interface IdealRun {
  readonly scheduler: Scheduler;
  readonly steps: number;
  readonly trueNoise: TrueNoise;
  /** The sample at the first timestep, scaled as the scheduler expects it. */
  readonly start: Float32Array;
  readonly predictionType?: string;
  readonly random?: NormalSource;
  /** Shares at an entry of the plan, where they differ from those of its timestep. */
  readonly shares?: (timestep: number, index: number) => Shares;
  /** Called with the scaled sample before each step. */
  readonly onStep?: (scaled: Float32Array, timestep: number, index: number) => void;
}

/** Runs a scheduler whose `setTimesteps` has been called. */
export function runIdeal(run: IdealRun): Float32Array {
  const {
    scheduler,
    trueNoise,
    predictionType = 'epsilon',
    random = refuseNoise,
    shares = sharesAt,

    onStep,
  } = run;
  let sample = run.start;
  scheduler.timesteps.forEach((timestep, index) => {
    const scaled = scheduler.scaleModelInput(sample, timestep);
    onStep?.(scaled, timestep, index);
    const output = toModelOutput(predictionType, trueNoise, scaled, shares(timestep, index));
    sample = scheduler.step(output, timestep, sample, random);
  });
  return sample;
}

function refuseNoise(): never {
  throw new Error('a deterministic scheduler drew noise');
}
