import type { Run, RunEnd } from '../../shared/queue/run.ts';
import type { Claim } from './journal/journal.ts';

/** What the job module tells of its work, for metrics, traces and the status page. Nothing here throws or waits. */
export interface JobsObserver {
  /** What became of one request, before any work. */
  claimed(how: Claim['how']): void;
  /** A run that this gateway dispatched has left the queue: a worker began it, or it ended there. */
  waited(run: Pick<Run, 'createdAt' | 'trace'>, until: number): void;
  /** A run has ended, on a shared queue also one of another gateway. */
  ended(end: RunEnd): void;
}

export const silentObserver: JobsObserver = {
  claimed: () => undefined,
  waited: () => undefined,
  ended: () => undefined,
};
