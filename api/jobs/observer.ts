import type { Run, RunEnd } from '../../shared/queue/run.ts';
import type { Claim } from './journal/journal.ts';

/** What the job module reports of its work, for metrics, traces and the status page. Nothing here throws or waits. */
export interface JobsObserver {
  /** The decision on one request, before any work. */
  claimed(how: Claim['how']): void;
  /** A run of this gateway has left the queue, because a worker began it or it ended in the queue. */
  waited(run: Pick<Run, 'createdAt' | 'trace'>, until: number): void;
  /** A run has ended. On a shared queue it may be another gateway's. */
  ended(end: RunEnd): void;
}

export const silentObserver: JobsObserver = {
  claimed: () => undefined,
  waited: () => undefined,
  ended: () => undefined,
};
