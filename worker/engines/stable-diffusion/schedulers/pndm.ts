import { addNoiseByTimestep, alphaCumprodAt } from './alpha-noise.ts';
import { createOptionReader } from './config.ts';
import { invalidSteps, misuse } from './faults.ts';
import { divide, scale, weightedSum } from './float32.ts';
import { createNoiseSchedule } from './noise-schedule.ts';
import { toMixture, toNoise } from './prediction.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { allTimesteps, checkCount, spaceWholeTimesteps, TIMESTEP_SPACINGS } from './timestep-spacing.ts';

const { fround, sqrt } = Math;

/** Number of model outputs in the highest multistep formula, and of evaluations in a Runge-Kutta step. */
const ORDER = 4;

interface Run {
  /** Training timesteps between two steps. */
  readonly stride: number;
  /** Timesteps of the Runge-Kutta steps, four evaluations each. Empty when they are skipped. */
  readonly rungeKutta: readonly number[];
  evaluations: number;
  /** The newest `ORDER` model outputs, oldest first. */
  history: Float32Array[];
  /** The sample at the start of a step of several evaluations. */
  origin: Float32Array | undefined;
  /** The weighted sum of a Runge-Kutta step's outputs so far. */
  blend: Float32Array | undefined;
}

/**
 * Pseudo numerical methods on the manifold (arXiv:2202.09778), as diffusers' PNDMScheduler: three Runge-Kutta steps, then
 * linear multistep. With `skip_prk_steps`, which Stable Diffusion 1.x sets, multistep from the start.
 */
export function createPndm(config: SchedulerConfig): Scheduler {
  const options = createOptionReader(config);
  const { trainTimesteps, alphasCumprod } = createNoiseSchedule(options, { rescalable: false });
  const predictionType = options.choice('prediction_type', ['epsilon', 'v_prediction'], 'epsilon');
  const spacing = options.choice('timestep_spacing', TIMESTEP_SPACINGS, 'leading');
  const stepsOffset = options.integer('steps_offset', 0, 0);
  const skipRungeKutta = options.flag('skip_prk_steps', false);
  const finalAlphaCumprod = options.flag('set_alpha_to_one', false) ? 1 : alphaCumprodAt(alphasCumprod, 0);
  const alphaAfter = (timestep: number) =>
    timestep >= 0 ? alphaCumprodAt(alphasCumprod, timestep) : finalAlphaCumprod;

  let timesteps = allTimesteps(trainTimesteps);
  let run: Run | undefined;

  /** Formula 9 of the paper: along the model output from one timestep to another. */
  const transfer = (sample: Float32Array, from: number, to: number, modelOutput: Float32Array) => {
    const alpha = alphaCumprodAt(alphasCumprod, from);
    const nextAlpha = alphaAfter(to);
    const epsilon = toNoise(predictionType, modelOutput, sample, toMixture(alpha));
    const noiseLeft = fround(alpha * fround(sqrt(fround(1 - nextAlpha))));
    const mean = fround(sqrt(fround(fround(alpha * fround(1 - alpha)) * nextAlpha)));
    const shift = divide(scale(fround(nextAlpha - alpha), epsilon), fround(noiseLeft + mean));
    return weightedSum([fround(sqrt(fround(nextAlpha / alpha))), sample], [-1, shift]);
  };

  return {
    get timesteps() {
      return timesteps;
    },
    initNoiseSigma: 1,

    setTimesteps(count) {
      checkCount(count, trainTimesteps);
      const spaced = spaceWholeTimesteps(spacing, count, trainTimesteps, stepsOffset);
      const stride = Math.floor(trainTimesteps / count);
      const rungeKutta = skipRungeKutta ? [] : rungeKuttaTimesteps(spaced, stride);
      timesteps = skipRungeKutta ? repeatSecond(spaced) : [...rungeKutta, ...spaced.slice(ORDER - 1)];
      run = { stride, rungeKutta, evaluations: 0, history: [], origin: undefined, blend: undefined };
    },

    scaleModelInput: (sample) => sample,

    step(modelOutput, timestep, sample) {
      if (run === undefined) throw misuse('call setTimesteps before step');
      const move =
        run.evaluations < run.rungeKutta.length
          ? stepRungeKutta(run, modelOutput, timestep, sample)
          : stepMultistep(run, modelOutput, timestep, sample);
      run.evaluations++;
      return transfer(move.sample, move.from, move.to, move.modelOutput);
    },

    addNoise: (sample, noise, timestep) => addNoiseByTimestep(alphasCumprod, sample, noise, timestep),
  };
}

/** Each of the first steps is evaluated at its start, twice in the middle, and at its end, where the next one starts. */
function rungeKuttaTimesteps(spaced: readonly number[], stride: number): number[] {
  if (spaced.length < ORDER) {
    throw invalidSteps(`This model needs ${ORDER} steps or more (its scheduler starts with Runge-Kutta steps).`);
  }
  const half = Math.floor(stride / 2);
  const starts = spaced.slice(0, ORDER);
  return starts.flatMap((start, index) => {
    const next = starts[index + 1];
    return next === undefined ? [] : [start, next + half, next + half, next];
  });
}

/** The first step is made twice: once to get the output at its end, once with the mean of the outputs at both ends. */
function repeatSecond(spaced: readonly number[]): number[] {
  return spaced.flatMap((timestep, index) => (index === 1 ? [timestep, timestep] : [timestep]));
}

interface Move {
  readonly sample: Float32Array;
  readonly from: number;
  readonly to: number;
  readonly modelOutput: Float32Array;
}

const RUNGE_KUTTA_WEIGHTS = [1 / 6, 1 / 3, 1 / 3, 1 / 6].map(fround);

function stepRungeKutta(run: Run, modelOutput: Float32Array, timestep: number, sample: Float32Array): Move {
  const phase = run.evaluations % ORDER;
  const weight = RUNGE_KUTTA_WEIGHTS[phase] ?? 0;
  if (phase === 0) {
    run.history.push(modelOutput);
    run.origin = sample;
    run.blend = undefined;
  }
  run.blend = run.blend === undefined ? scale(weight, modelOutput) : weightedSum([1, run.blend], [weight, modelOutput]);
  const from = run.rungeKutta[run.evaluations - phase] ?? timestep;
  const to = phase % 2 === 0 ? timestep - Math.floor(run.stride / 2) : timestep;
  return { sample: run.origin ?? sample, from, to, modelOutput: phase === ORDER - 1 ? run.blend : modelOutput };
}

function stepMultistep(run: Run, modelOutput: Float32Array, timestep: number, sample: Float32Array): Move {
  if (run.evaluations === 1) {
    const [lookAhead = modelOutput] = run.history;
    const mean = divide(weightedSum([1, modelOutput], [1, lookAhead]), 2);
    return { sample: run.origin ?? sample, from: timestep + run.stride, to: timestep, modelOutput: mean };
  }
  if (run.evaluations === 0) run.origin = sample;
  run.history = [...run.history.slice(1 - ORDER), modelOutput];
  return { sample, from: timestep, to: timestep - run.stride, modelOutput: extrapolate(run.history) };
}

/** The Adams-Bashforth formula whose order is the number of outputs. */
function extrapolate(history: readonly Float32Array[]): Float32Array {
  const [newest, second, third, fourth] = history.toReversed();
  if (newest === undefined) throw misuse('no model output to extrapolate');
  if (second === undefined) return newest;
  if (third === undefined) return divide(weightedSum([3, newest], [-1, second]), 2);
  if (fourth === undefined) return divide(weightedSum([23, newest], [-16, second], [5, third]), 12);
  return scale(fround(1 / 24), weightedSum([55, newest], [-59, second], [37, third], [-9, fourth]));
}
