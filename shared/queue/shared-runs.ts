import type { ProgressEvent } from '../contract/generation.ts';
import type { Run, RunChange } from './run.ts';

/** Runs as gateways and workers share them. */
export interface SharedRuns {
  read(runId: string): Promise<Run | undefined>;
  /**
   * Several changes are one report. Undefined when the run is unknown or has ended: the first end counts. `known` is the run as it was last seen, and
   * saves a look.
   */
  report(
    runId: string,
    changes: RunChange | readonly RunChange[],
    preview?: ProgressEvent['preview'],
    known?: Run,
  ): Promise<Run | undefined>;
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
