import { type Run, toRunEnd } from '../../../shared/queue/run.ts';
import { type Attendance, attendanceOf } from '../../../shared/queue/turns.ts';
import { pause } from '../../../shared/wait.ts';
import type { JobContext } from '../context.ts';
import type { JobRecord } from '../journal/journal.ts';
import { decideAbandoned } from '../journal/rules/leave.ts';

/** Counts the callers that are connected for a ticket, and decides what happens when the last one has left. */

/** `answered`: the caller has the job's end, or was asked to come back. `gone`: the connection was lost earlier. */
export type Departure = 'answered' | 'gone';

export interface Presence {
  /** Counts a caller of this ticket and its run, until the returned function is called. */
  enter(record: JobRecord): (how: Departure) => Promise<void>;
  /** Releases a ticket, and cancels its run when no other ticket holds it. */
  release(ticketKey: string): Promise<void>;
}

/** `stopping` aborts when the gateway stops. Nothing is released after that. */
export function createPresence(context: JobContext, stopping: AbortSignal): Presence {
  const { journal, dispatch, vault, observer, clock, log } = context;
  /** Number of callers by ticket, and by run, because equal requests with a seed share a run. */
  const present = new Map<string, number>();
  const attending = new Map<string, number>();
  /** Runs that wait behind all others because their only caller has gone, until it is back or they are released. */
  const left = new Set<string>();

  async function release(ticketKey: string): Promise<void> {
    const cancelled = await journal.release(ticketKey);
    if (cancelled !== undefined) {
      await dispatch.withdraw(cancelled.id);
      await vault.drop(cancelled.id);
      if (!context.isShared) observer.ended(toRunEnd(cancelled));
    }
    context.onEnded();
  }

  function enter({ ticket, run }: JobRecord): (how: Departure) => Promise<void> {
    present.set(ticket.key, (present.get(ticket.key) ?? 0) + 1);
    attending.set(run.id, (attending.get(run.id) ?? 0) + 1);
    if (left.delete(run.id) || attendanceOf(run) !== 'waits') move(run, 'waits');
    return async (how) => {
      const others = countDown(present, ticket.key);
      countDown(attending, run.id);
      if (how === 'answered' || others > 0) return;
      await journal.leave(ticket.key, { comesBack: false });
      void settleAbandoned(ticket.key)
        .catch((error: unknown) => {
          if (!stopping.aborted) log.error({ err: error }, 'a job without a caller could not be cancelled');
        })
        .finally(() => left.delete(run.id));
    };
  }

  /** Waits until a caller is back, the job has ended, or its grace period is over. In the last case it releases the ticket. */
  async function settleAbandoned(ticketKey: string): Promise<void> {
    const goneAt = clock.elapsed();
    while (!stopping.aborted && !present.has(ticketKey)) {
      const record = await journal.find(ticketKey);
      const decision = record && decideAbandoned(record, clock.elapsed() - goneAt);
      if (record === undefined || decision === undefined) return;
      if (decision === 'release') return release(ticketKey);
      moveBack(record.run, decision === 'keep' ? 'comesBack' : 'left');
      if (decision === 'keep') return;
      await untilChange(record.run, decision);
    }
  }

  /** Moves the run, unless another caller waits for it. */
  function moveBack(run: Run, attendance: Attendance): void {
    if (attending.has(run.id) || left.has(run.id)) return;
    if (attendance === 'left') left.add(run.id);
    move(run, attendance);
  }

  /** Moves the run to the place for its attendance. A run that was begun before stays first. */
  function move(run: Run, attendance: Attendance): void {
    if (run.status !== 'queued' || run.startedAt !== undefined) return;
    dispatch.attend(run, attendance).catch((error: unknown) => {
      if (!stopping.aborted) log.warn({ reason: String(error) }, 'a job could not be moved in the queue');
    });
  }

  /** Waits until the status of the run changes, but no longer than `forMs`. */
  async function untilChange(before: Run, forMs: number): Promise<void> {
    const changed = new AbortController();
    const unsubscribe = await journal.subscribe(before, ({ run }) => {
      if (run.status !== before.status) changed.abort();
    });
    await pause(clock, forMs, AbortSignal.any([changed.signal, stopping]));
    unsubscribe();
  }

  return { enter, release };
}

/** Returns how many are left. */
function countDown(counts: Map<string, number>, key: string): number {
  const rest = (counts.get(key) ?? 1) - 1;
  if (rest > 0) counts.set(key, rest);
  else counts.delete(key);
  return rest;
}
