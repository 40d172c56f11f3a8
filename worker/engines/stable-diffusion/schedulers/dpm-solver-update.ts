import type { OptionReader } from './config.ts';
import { type Coefficients, coefficients, type SolverType } from './dpm-solver-coefficients.ts';
import { unsupportedConfig } from './faults.ts';
import { scale, type Term, weightedSum } from './float32.ts';
import type { Mixture } from './prediction.ts';
import type { NormalSource } from './scheduler.ts';
import { FINAL_SIGMAS } from './sigma-spacing.ts';

const { fround, log } = Math;

export interface Solver {
  /** What the history holds. The ++ algorithms integrate the predicted picture, the others the predicted noise. */
  readonly integrates: 'picture' | 'noise';
  /**
   * @param history converted outputs, newest first, as many as the step's order
   * @param mixtures of the next sample, the current one and earlier ones: one more than `history`
   */
  update(
    sample: Float32Array,
    history: readonly Float32Array[],
    mixtures: readonly Mixture[],
    random: NormalSource,
  ): Float32Array;
}

const ALGORITHMS = ['dpmsolver++', 'sde-dpmsolver++', 'dpmsolver', 'sde-dpmsolver'] as const;
/** The last three are solver types of other schedulers, for which diffusers uses midpoint. */
const SOLVER_TYPES = ['midpoint', 'heun', 'logrho', 'bh1', 'bh2'] as const;

export function createSolver(options: OptionReader): Solver {
  const algorithm = options.choice('algorithm_type', ALGORITHMS, 'dpmsolver++');
  const solverType: SolverType =
    options.choice('solver_type', SOLVER_TYPES, 'midpoint') === 'heun' ? 'heun' : 'midpoint';
  const integrates = algorithm.endsWith('++') ? 'picture' : 'noise';
  if (integrates === 'noise' && options.choice('final_sigmas_type', FINAL_SIGMAS, 'zero') === 'zero') {
    throw unsupportedConfig(`algorithm_type ${algorithm} needs final_sigmas_type sigma_min.`);
  }
  if (algorithm === 'sde-dpmsolver' && options.integer('solver_order', 2, 1, 3) === 3) {
    throw unsupportedConfig('algorithm_type sde-dpmsolver has no solver_order 3, only 1 and 2.');
  }

  return {
    integrates,
    update(sample, history, mixtures, random) {
      const steps = toLambdaSteps(mixtures);
      const [next, current] = mixtures;
      const [step] = steps;
      if (next === undefined || current === undefined || step === undefined) return sample;
      const isRandom = algorithm.startsWith('sde-');
      const noise = isRandom ? random(sample.length) : undefined;
      // Karras sigmas with sigma_min end in two equal values. The formulas of Heun and of order 3 would divide by their
      // difference, which gives NaN in diffusers.
      if (step === 0) return sample;

      const factors = coefficients(algorithm, solverType, history.length, { next, current, step });
      const terms: Term[] = [...differenceTerms(factors, history, steps)];
      if (noise !== undefined) terms.push([factors.noise, noise]);
      return weightedSum([factors.sample, sample], ...terms);
    },
  };
}

/** Steps in lambda = log(signal / noise), newest first. */
function toLambdaSteps(mixtures: readonly Mixture[]): number[] {
  const lambdas = mixtures.map(({ signal, noise }) => fround(fround(log(signal)) - fround(log(noise))));
  return lambdas.slice(0, -1).map((lambda, index) => fround(lambda - (lambdas[index + 1] ?? 0)));
}

/** The history as its newest value and its divided differences, D0, D1 and D2 of arXiv:2211.01095. */
function differenceTerms(
  factors: Coefficients,
  history: readonly Float32Array[],
  [step = 0, before = 0, earlier = 0]: readonly number[],
): Term[] {
  const [newest, second, third] = history;
  if (newest === undefined) return [];
  if (second === undefined) return [[factors.value, newest]];
  const ratio = fround(before / step);
  const slope = scale(fround(1 / ratio), weightedSum([1, newest], [-1, second]));
  if (third === undefined) {
    return [
      [factors.value, newest],
      [factors.slope, slope],
    ];
  }
  const earlierRatio = fround(earlier / step);
  const earlierSlope = scale(fround(1 / earlierRatio), weightedSum([1, second], [-1, third]));
  const change = weightedSum([1, slope], [-1, earlierSlope]);
  const span = fround(ratio + earlierRatio);
  return [
    [factors.value, newest],
    [factors.slope, weightedSum([1, slope], [fround(ratio / span), change])],
    [factors.curvature, scale(fround(1 / span), change)],
  ];
}
