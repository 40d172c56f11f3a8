import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import type { JobRecord, Ticket } from '../journal.ts';

/** Decides what happens when a job is cancelled, or its caller leaves without its answer. */

/** A caller that comes back within this time keeps its place in the queue. */
export const QUEUED_GRACE_MS = 60_000;
/** Clients that retry do so after a second or two, and then get the picture that is being made. */
export const RUNNING_GRACE_MS = 3000;

/** The ticket and the run after the caller has left. */
export function decideLeave({ ticket, run }: JobRecord, comesBack: boolean): { ticket: Ticket; run: Run } {
  return {
    ticket: comesBack ? { ...ticket, comesBack } : ticket,
    run: run.attendedBy === ticket.key ? { ...run, attendedBy: '' } : run,
  };
}

/** A number: decide again after this many milliseconds. */
export type Abandoned = 'release' | 'keep' | number;

/**
 * Decides on a ticket whose caller has been gone for `goneForMs`. A picture that an engine has begun for a GET is made to its
 * end, because chat programs give up early and fetch it again. Any other picture without a caller is released.
 */
export function decideAbandoned({ ticket, run }: JobRecord, goneForMs: number): Abandoned {
  if (ticket.comesBack || ticket.released || isEnded(run.status)) return 'keep';
  const isQueued = run.status === 'queued';
  if (!isQueued && ticket.isFetch) return 'keep';
  const restMs = (isQueued ? QUEUED_GRACE_MS : RUNNING_GRACE_MS) - goneForMs;
  return restMs > 0 ? restMs : 'release';
}

export type ReleaseDecision = 'nothing' | 'released' | 'runCancelled';

/** `holders`: number of the run's tickets that are not released, including this one. */
export function decideRelease({ ticket, run }: JobRecord, holders: number): ReleaseDecision {
  if (ticket.released) return 'nothing';
  return holders <= 1 && !isEnded(run.status) ? 'runCancelled' : 'released';
}

/** The client's current job. `records`: newest first. */
export const decideNewest = (records: readonly JobRecord[]): JobRecord | undefined =>
  records.find(({ ticket, run }) => !ticket.released && !isEnded(run.status));

/** Number of a client's latest tickets among which its current job is searched. */
export const NEWEST_AMONG = 50;
