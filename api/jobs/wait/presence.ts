import { type Run, toRunEnd } from '../../../shared/queue/run.ts';
import { pause } from '../../../shared/wait.ts';
import type { JobContext } from '../context.ts';
import { decideAbandoned } from '../journal/rules/leave.ts';

/** Who is present for a ticket, and what happens to its run when the last caller has left. */

/** `answered`: the caller has the job's end, or was asked to come back. `gone`: the connection was lost before. */
export type Departure = 'answered' | 'gone';

export interface Presence {
  /** Counts a caller of this ticket and its run until the returned function is called. */
  enter(ticketKey: string, runId: string): (how: Departure) => Promise<void>;
  /** Gives up the share of a ticket, and the run too when no other ticket holds it. */
  release(ticketKey: string): Promise<void>;
}

/** `stopping` aborts when the gateway stops: nothing is given up any more then. */
export function createPresence(context: JobContext, stopping: AbortSignal): Presence {
  const { journal, dispatch, vault, observer, clock, log } = context;
  const present = new Map<string, number>();
  /** Runs whose only caller has gone. They wait behind the others until he is back or they are given up. */
  const left = new Set<string>();
  /** Callers by run. */
  const attending = new Map<string, number>();

  async function release(ticketKey: string): Promise<void> {
    const cancelled = await journal.release(ticketKey);
    if (cancelled !== undefined) {
      await dispatch.withdraw(cancelled.id);
      await vault.drop(cancelled.id);
      if (!context.isShared) observer.ended(toRunEnd(cancelled));
    }
    context.onEnded();
  }

  function enter(ticketKey: string, runId: string): (how: Departure) => Promise<void> {
    present.set(ticketKey, (present.get(ticketKey) ?? 0) + 1);
    attending.set(runId, (attending.get(runId) ?? 0) + 1);
    if (left.delete(runId)) dispatch.attend?.(runId, true);
    return async (how) => {
      const others = countDown(present, ticketKey);
      countDown(attending, runId);
      if (how === 'answered' || others > 0) return;
      await journal.leave(ticketKey, { comesBack: false });
      void settleAbandoned(ticketKey)
        .catch((error: unknown) => {
          if (!stopping.aborted) log.error({ err: error }, 'a job that nobody waits for could not be given up');
        })
        .finally(() => left.delete(runId));
    };
  }

  /** Waits until a caller is back, the job has ended, or its grace is over, and releases it then. */
  async function settleAbandoned(ticketKey: string): Promise<void> {
    const goneAt = clock.now();
    while (!stopping.aborted && !present.has(ticketKey)) {
      const record = await journal.find(ticketKey);
      const decision = record && decideAbandoned(record, clock.now() - goneAt);
      if (record === undefined || decision === undefined || decision === 'keep') return;
      if (decision === 'release') return release(ticketKey);
      putLast(record.run);
      await untilChange(record.run, decision);
    }
  }

  /** Equal requests with a seed share a run, so somebody else may wait for it. */
  function putLast({ id }: Run): void {
    if (attending.has(id) || left.has(id)) return;
    left.add(id);
    dispatch.attend?.(id, false);
  }

  /** Waits until the status of the run changes, but no longer than `forMs`. */
  async function untilChange(before: Run, forMs: number): Promise<void> {
    const changed = new AbortController();
    const unsubscribe = await journal.subscribe(before.id, ({ run }) => {
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
