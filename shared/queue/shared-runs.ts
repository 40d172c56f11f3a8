import type { ProgressEvent } from '../contract/generation.ts';
import type { Run, RunChange } from './run.ts';

/** Runs as gateways and workers share them. */
export interface SharedRuns {
  read(runId: string): Promise<Run | undefined>;
  /**
   * Applies the changes in one step. Undefined when the run is unknown or has ended already: only the first end counts.
   * `known`: the run as it was last read; it saves reading it again.
   */
  report(
    runId: string,
    changes: RunChange | readonly RunChange[],
    preview?: ProgressEvent['preview'],
    known?: Run,
  ): Promise<Run | undefined>;
  /** Place in the queue, from 1. Undefined if the run does not wait. */
  position(runId: string): Promise<number | undefined>;
  countWaiting(): Promise<number>;
  /** Unfinished runs that were accepted before `time` (epoch milliseconds), at most MAX_UNFINISHED. */
  unfinishedBefore(time: number): Promise<readonly Run[]>;
  /** Adds one to the count of the run's losses and returns the count. */
  countLoss(runId: string): Promise<number>;
}

/** Most unfinished runs that one call returns. */
export const MAX_UNFINISHED = 1000;
