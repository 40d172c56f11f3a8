import { type GenerationResult, STAGES, type Stage } from '../../../shared/contract/generation.ts';
import { isEnded, type Run } from '../../../shared/queue/run.ts';

/** Durations by engine and stage, as exponential means of this deployment's recent jobs. */

/** Milliseconds by stage, used until there is a history. */
const FIRST_GUESS: Readonly<Record<Stage, number>> = {
  wake: 45_000,
  queue: 0,
  waiting: 0,
  browser: 1500,
  page: 2000,
  generate: 15_000,
  download: 500,
  convert: 300,
  upload: 1500,
};
/** Weight of the newest value in the mean. */
const NEWEST_WEIGHT = 0.2;
/** A worker that answers faster was not asleep. */
const SHORTEST_WAKE_MS = 1000;
const ANY_ENGINE = '*';
/** Stages before the work, whose duration says nothing about the next job. */
const STAGES_BEFORE_WORK: readonly Stage[] = ['wake', 'queue', 'waiting'];
/** The stages of a run that a worker has taken, in their usual order. */
const WORK_STAGES: readonly Stage[] = STAGES.filter((stage) => !STAGES_BEFORE_WORK.includes(stage));
/** The highest progress that is shown for a running job. */
const ALMOST = 0.95;

export interface Surroundings {
  readonly now: number;
  readonly position?: number | undefined;
  /** Number of runs that are made at once. */
  readonly slots: number;
  /** For how many milliseconds a sleeping worker has been woken. Undefined when one is awake. */
  readonly wakingForMs?: number | undefined;
}

export interface Estimates {
  learn(result: Pick<GenerationResult, 'engine' | 'timings'>): void;
  learnWake(tookMs: number): void;
  /** Seconds until the result. */
  etaSeconds(run: Run, surroundings: Surroundings): number | undefined;
  /** 0 to 1. */
  progress(run: Run, now: number): number;
  /** Mean duration of a whole job, in milliseconds. */
  jobMs(): number;
  /** A text for the journal, which `createEstimates` reads. */
  toText(): string;
}

export function createEstimates(kept: string | undefined): Estimates {
  // `toText` has written it.
  const means: Record<string, number> = kept === undefined ? {} : JSON.parse(kept);

  function learnOne(engine: string, stage: Stage, milliseconds: number): void {
    const known = means[`${engine} ${stage}`];
    const mean = known === undefined ? milliseconds : known + NEWEST_WEIGHT * (milliseconds - known);
    means[`${engine} ${stage}`] = Math.round(mean);
  }

  const expected = (stage: Stage, engine: string): number =>
    means[`${engine} ${stage}`] ?? means[`${ANY_ENGINE} ${stage}`] ?? FIRST_GUESS[stage];

  const total = (stages: readonly Stage[], engine: string): number =>
    stages.reduce((sum, stage) => sum + expected(stage, engine), 0);

  /** 0 to 1 within the run's stage. */
  function stageFraction(run: Run, now: number): number {
    if (run.fraction !== undefined) return run.fraction;
    const usual = expected(run.stage ?? 'generate', run.engine ?? ANY_ENGINE);
    return usual <= 0 ? 0 : Math.min(Math.max(now - (run.stageAt ?? now), 0) / usual, ALMOST);
  }

  function progress(run: Run, now: number): number {
    if (run.status === 'done') return 1;
    const index = run.stage === undefined ? -1 : WORK_STAGES.indexOf(run.stage);
    if (index < 0 || run.stage === undefined) return 0;
    const engine = run.engine ?? ANY_ENGINE;
    const whole = total(WORK_STAGES, engine);
    const passed = total(WORK_STAGES.slice(0, index), engine) + stageFraction(run, now) * expected(run.stage, engine);
    return whole <= 0 ? 0 : Math.min(Math.round((passed / whole) * 1000) / 1000, ALMOST);
  }

  return {
    learn: ({ engine, timings }) => {
      for (const stage of WORK_STAGES) {
        learnOne(engine, stage, timings[stage] ?? 0);
        learnOne(ANY_ENGINE, stage, timings[stage] ?? 0);
      }
    },
    learnWake: (tookMs) => {
      if (tookMs >= SHORTEST_WAKE_MS) learnOne(ANY_ENGINE, 'wake', tookMs);
    },
    etaSeconds: (run, { now, position, slots, wakingForMs }) => {
      if (isEnded(run.status)) return undefined;
      const jobMs = total(WORK_STAGES, run.engine ?? ANY_ENGINE);
      if (run.status !== 'queued') return toSeconds(jobMs * (1 - progress(run, now)));
      const wakeMs = wakingForMs === undefined ? 0 : Math.max(expected('wake', ANY_ENGINE) - wakingForMs, 1000);
      const roundsBefore = Math.max((position ?? 1) - 1, 0) / Math.max(slots, 1);
      return toSeconds(wakeMs + jobMs * (roundsBefore + 1));
    },
    progress,
    jobMs: () => total(WORK_STAGES, ANY_ENGINE),
    toText: () => JSON.stringify(means),
  };
}

const toSeconds = (milliseconds: number): number => Math.max(1, Math.round(milliseconds / 1000));
