import type { Mixture } from './prediction.ts';

const { exp, fround, sqrt } = Math;

export type Algorithm = 'dpmsolver++' | 'sde-dpmsolver++' | 'dpmsolver' | 'sde-dpmsolver';
/** How a step of order 2 uses the slope. Order 3 always uses Heun's method. */
export type SolverType = 'midpoint' | 'heun';

export interface Interval {
  readonly next: Mixture;
  readonly current: Mixture;
  /** Difference in lambda between the two. Above 0, and infinite when `next` has no noise. */
  readonly step: number;
}

/** Factors of the sample, of the history's value, slope and curvature, and of fresh noise. */
export interface Coefficients {
  readonly sample: number;
  readonly value: number;
  readonly slope: number;
  readonly curvature: number;
  readonly noise: number;
}

/** Every operation rounds to float32, in diffusers' order. */
export function coefficients(
  algorithm: Algorithm,
  solverType: SolverType,
  order: number,
  interval: Interval,
): Coefficients {
  const isMidpoint = solverType === 'midpoint' && order < 3;
  switch (algorithm) {
    case 'dpmsolver++':
      return pictureCoefficients(isMidpoint, interval);
    case 'sde-dpmsolver++':
      return randomPictureCoefficients(isMidpoint, interval);
    case 'dpmsolver':
      return noiseCoefficients(isMidpoint, interval);
    case 'sde-dpmsolver':
      return randomNoiseCoefficients(isMidpoint, interval);
  }
}

function pictureCoefficients(isMidpoint: boolean, { next, current, step }: Interval): Coefficients {
  const decay = fround(fround(exp(-step)) - 1);
  const full = fround(next.signal * decay);
  const bend = fround(fround(fround(decay + step) / fround(step * step)) - 0.5);
  return {
    sample: fround(next.noise / current.noise),
    value: -full,
    slope: isMidpoint ? -0.5 * full : fround(next.signal * fround(fround(decay / step) + 1)),
    curvature: -fround(next.signal * bend),
    noise: 0,
  };
}

function noiseCoefficients(isMidpoint: boolean, { next, current, step }: Interval): Coefficients {
  const growth = fround(fround(exp(step)) - 1);
  const full = fround(next.noise * growth);
  const bend = fround(fround(fround(growth - step) / fround(step * step)) - 0.5);
  return {
    sample: fround(next.signal / current.signal),
    value: -full,
    slope: isMidpoint ? -0.5 * full : -fround(next.noise * fround(fround(growth / step) - 1)),
    curvature: -fround(next.noise * bend),
    noise: 0,
  };
}

function randomPictureCoefficients(isMidpoint: boolean, { next, current, step }: Interval): Coefficients {
  const double = fround(2 * step);
  const decay = fround(1 - fround(exp(-double)));
  const full = fround(next.signal * decay);
  // + 0.5 as in k-diffusion's sample_dpmpp_3m_sde. Diffusers has - 0.5, with which the variance does not converge.
  const bend = fround(fround(fround(decay - double) / fround(double * double)) + 0.5);
  return {
    sample: fround(fround(next.noise / current.noise) * fround(exp(-step))),
    value: full,
    slope: isMidpoint ? 0.5 * full : fround(next.signal * fround(fround(decay / -double) + 1)),
    curvature: fround(next.signal * bend),
    noise: fround(next.noise * fround(sqrt(decay))),
  };
}

/** No curvature, because diffusers has no order 3 for this algorithm. */
function randomNoiseCoefficients(isMidpoint: boolean, { next, current, step }: Interval): Coefficients {
  const growth = fround(fround(exp(step)) - 1);
  const full = fround(next.noise * growth);
  const doubleGrowth = fround(fround(exp(fround(2 * step))) - 1);
  return {
    sample: fround(next.signal / current.signal),
    value: -2 * full,
    slope: isMidpoint ? -full : -2 * fround(next.noise * fround(fround(growth / step) - 1)),
    curvature: 0,
    noise: fround(next.noise * fround(sqrt(doubleGrowth))),
  };
}
