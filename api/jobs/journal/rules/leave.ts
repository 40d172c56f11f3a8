import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import type { JobRecord, Ticket } from '../journal.ts';

/** What follows when a caller gives its share up, or goes away without its answer. */

/** Whoever comes back in this time finds its place in the queue. */
export const QUEUED_GRACE_MS = 60_000;
/** Clients that try again do so after a second or two, and then get the picture that is being made. */
export const RUNNING_GRACE_MS = 3000;

/** The ticket and the run when the caller is no longer on the line. */
export function decideLeave({ ticket, run }: JobRecord, comesBack: boolean): { ticket: Ticket; run: Run } {
  return {
    ticket: comesBack ? { ...ticket, comesBack } : ticket,
    run: run.attendedBy === ticket.key ? { ...run, attendedBy: '' } : run,
  };
}

/** A number: look again after so many milliseconds. */
export type Abandoned = 'release' | 'keep' | number;

/**
 * What becomes of a ticket whose caller has been gone for so long. What an engine has begun for a fetch of an address is
 * made to its end: chat programs give up early, and fetch it again. Any other picture that nobody waits for is given up.
 */
export function decideAbandoned({ ticket, run }: JobRecord, goneForMs: number): Abandoned {
  if (ticket.comesBack || ticket.released || isEnded(run.status)) return 'keep';
  const isQueued = run.status === 'queued';
  if (!isQueued && ticket.isFetch) return 'keep';
  const restMs = (isQueued ? QUEUED_GRACE_MS : RUNNING_GRACE_MS) - goneForMs;
  return restMs > 0 ? restMs : 'release';
}

export type ReleaseDecision = 'nothing' | 'released' | 'runCancelled';

/** `holders`: tickets of the run that are not released, this one included. */
export function decideRelease({ ticket, run }: JobRecord, holders: number): ReleaseDecision {
  if (ticket.released) return 'nothing';
  return holders <= 1 && !isEnded(run.status) ? 'runCancelled' : 'released';
}

/** The ticket that a client means by its current job; `records` newest first. */
export const decideNewest = (records: readonly JobRecord[]): JobRecord | undefined =>
  records.find(({ ticket, run }) => !ticket.released && !isEnded(run.status));

/** A client's current job is looked for among so many of its latest tickets. */
export const NEWEST_AMONG = 50;
