import { type Run, toRunEnd } from '../../../shared/queue/run.ts';
import { type Attendance, attendanceOf } from '../../../shared/queue/turns.ts';
import { pause } from '../../../shared/wait.ts';
import type { JobContext } from '../context.ts';
import type { JobRecord } from '../journal/journal.ts';
import { decideAbandoned } from '../journal/rules/leave.ts';

/** Who is present for a ticket, and what happens to its run when the last caller has left. */

/** `answered`: the caller has the job's end, or was asked to come back. `gone`: the connection was lost before. */
export type Departure = 'answered' | 'gone';

export interface Presence {
  /** Counts a caller of this ticket and its run until the returned function is called. */
  enter(record: JobRecord): (how: Departure) => Promise<void>;
  /** Gives up the share of a ticket, and the run too when no other ticket holds it. */
  release(ticketKey: string): Promise<void>;
}

/** `stopping` aborts when the gateway stops: nothing is given up any more then. */
export function createPresence(context: JobContext, stopping: AbortSignal): Presence {
  const { journal, dispatch, vault, observer, clock, log } = context;
  /** Callers by ticket, and by run: equal requests with a seed share a run. */
  const present = new Map<string, number>();
  const attending = new Map<string, number>();
  /** Runs that wait behind all others, because their only caller has gone, until he is back or they are given up. */
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
          if (!stopping.aborted) log.error({ err: error }, 'a job that nobody waits for could not be given up');
        })
        .finally(() => left.delete(run.id));
    };
  }

  /** Waits until a caller is back, the job has ended, or its grace is over, and releases it then. */
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

  /** Somebody else may wait for the same run. */
  function moveBack(run: Run, attendance: Attendance): void {
    if (attending.has(run.id) || left.has(run.id)) return;
    if (attendance === 'left') left.add(run.id);
    move(run, attendance);
  }

  /** To the place that goes with how the run is attended now. One that was begun before is first whoever waits. */
  function move(run: Run, attendance: Attendance): void {
    if (run.status !== 'queued' || run.startedAt !== undefined) return;
    dispatch.attend(run, attendance).catch((error: unknown) => {
      if (!stopping.aborted)
        log.warn({ reason: String(error) }, 'a job kept its place in the queue, since it could not be moved');
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

/** Answers how many are left. */
function countDown(counts: Map<string, number>, key: string): number {
  const rest = (counts.get(key) ?? 1) - 1;
  if (rest > 0) counts.set(key, rest);
  else counts.delete(key);
  return rest;
}
