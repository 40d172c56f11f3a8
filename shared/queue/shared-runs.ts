import type { ProgressEvent } from '../contract/generation.ts';
import type { Clock } from '../wait.ts';
import { applyChange, isEnded, type Run, type RunChange, type RunEvent, toPictureIdName } from './run.ts';

/** Runs as gateways and workers share them. Each is changed by comparing its number and setting. */
export interface SharedRuns {
  read(runId: string): Promise<Run | undefined>;
  /**
   * Undefined when the run is unknown or has ended: the first end counts. `known` is the run as it was last seen, and
   * saves a look.
   */
  report(runId: string, change: RunChange, preview?: ProgressEvent['preview'], known?: Run): Promise<Run | undefined>;
  /** The smallest turn is served first; 0 for a run that was begun before, or does not wait. */
  turn(runId: string): Promise<number>;
  /** 1 is next; undefined when it does not wait. */
  position(runId: string): Promise<number | undefined>;
  countWaiting(): Promise<number>;
  /** Some of the unfinished runs that were accepted before, in epoch milliseconds. */
  unfinishedBefore(time: number): Promise<readonly Run[]>;
  /** How often this run was lost, with this time. */
  countLoss(runId: string): Promise<number>;
}

/** Of one look for unfinished runs. */
export const MAX_UNFINISHED = 1000;
/** Of a run's history. */
export const MAX_EVENTS = 200;
/** Each lost comparison means that somebody else got one report through. */
const MAX_TRIES = 50;

/** Everything that one report writes, in one step. */
export interface RunSave {
  /** To be found; else nothing is written. */
  readonly expectedNumber: number;
  readonly run: Run;
  readonly hasEnded: boolean;
  readonly live: string;
  readonly finish: string;
  /** One more of the history; previews are not kept. */
  readonly event: string | undefined;
  /** RunEvent, for who listens to the run. */
  readonly message: string;
  /** What an end tells all gateways: a result to learn from, or nothing. */
  readonly told: string;
  /** Under which the ended run is found. */
  readonly names: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
  readonly keepUntil: number;
}

interface ReportOptions {
  readonly read: SharedRuns['read'];
  /** False when the number was another one. */
  readonly save: (save: RunSave) => Promise<boolean>;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

export function createReport({ read, save, clock, keepMs }: ReportOptions): SharedRuns['report'] {
  return async (runId, change, preview, known) => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = tries === 0 && known !== undefined ? known : await read(runId);
      if (before === undefined || isEnded(before.status)) return undefined;
      const now = clock.now();
      const run = applyChange(before, change, now);
      const keepUntil = Math.max(now + keepMs, run.rememberUntil ?? 0);
      if (await save({ ...toSave(run, preview), expectedNumber: before.number, now, keepUntil })) return run;
    }
    throw new Error('a run changed too often to be reported on');
  };
}

function toSave(run: Run, preview: ProgressEvent['preview']): Omit<RunSave, 'expectedNumber' | 'now' | 'keepUntil'> {
  const { number, status, result } = run;
  const live = toLive(run);
  const message: RunEvent = preview === undefined ? { run } : { run, preview };
  return {
    run,
    hasEnded: isEnded(status),
    live: JSON.stringify(live),
    finish: toFinish(run),
    event: preview === undefined ? JSON.stringify({ number, status, ...live }) : undefined,
    message: JSON.stringify(message),
    told: result === undefined ? '' : JSON.stringify({ engine: result.engine, timings: result.timings }),
    names: result?.pictures.map(({ id }) => toPictureIdName(id)) ?? [],
  };
}

/** A run's record in its three parts of JSON (what never changes, what changes in work, its end) and what is searched by. */
export interface RunRecord {
  readonly base: string;
  readonly live: string;
  readonly finish: string;
  readonly status: string;
  readonly number: number;
  readonly received: boolean;
  readonly rememberUntil: number;
}

export function fromRunRecord({ base, live, finish, status, ...rest }: RunRecord): Run {
  // Written by toRunBase, toLive and toFinish.
  return { ...JSON.parse(base), ...JSON.parse(live), ...JSON.parse(finish), status, ...rest } as Run;
}

export function toRunBase(run: Run): string {
  const { id, ticketId, clientId, request, needsCredentials, rememberMs, trace, createdAt } = run;
  return JSON.stringify({ id, ticketId, clientId, request, needsCredentials, rememberMs, trace, createdAt });
}

export const toFinish = ({ result, error, finishedAt }: Pick<Run, 'result' | 'error' | 'finishedAt'>): string =>
  JSON.stringify({ result, error, finishedAt });

const toLive = ({ stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt }: Run) => ({
  ...{ stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt },
});

/** The history of a run that was just accepted. */
export const FIRST_EVENT = JSON.stringify({ number: 1, status: 'queued' });
