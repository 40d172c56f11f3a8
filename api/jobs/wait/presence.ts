import { type Run, toRunEnd } from '../../../shared/queue/run.ts';
import { pause } from '../../../shared/wait.ts';
import type { JobContext } from '../context.ts';
import { decideAbandoned } from '../journal/rules/leave.ts';

/** Who is present for a ticket, and what happens to its run when the last caller has left. */

/** `answered`: the caller has the job's end, or was asked to come back. `gone`: the connection was lost before. */
export type Departure = 'answered' | 'gone';

export interface Presence {
  /** Counts a caller of this ticket until the returned function is called. */
  enter(ticketKey: string): (how: Departure) => Promise<void>;
  /** Gives up the share of a ticket, and the run too when no other ticket holds it. */
  release(ticketKey: string): Promise<void>;
}

/** `stopping` aborts when the gateway stops: nothing is given up any more then. */
export function createPresence(context: JobContext, stopping: AbortSignal): Presence {
  const { journal, dispatch, vault, observer, clock, log } = context;
  const present = new Map<string, number>();

  async function release(ticketKey: string): Promise<void> {
    const cancelled = await journal.release(ticketKey);
    if (cancelled !== undefined) {
      await dispatch.withdraw(cancelled.id);
      await vault.drop(cancelled.id);
      if (!context.isShared) observer.ended(toRunEnd(cancelled));
    }
    context.onEnded();
  }

  function enter(ticketKey: string): (how: Departure) => Promise<void> {
    present.set(ticketKey, (present.get(ticketKey) ?? 0) + 1);
    return async (how) => {
      const others = (present.get(ticketKey) ?? 1) - 1;
      if (others > 0) present.set(ticketKey, others);
      else present.delete(ticketKey);
      if (how === 'answered' || others > 0) return;
      await journal.leave(ticketKey, { comesBack: false });
      void settleAbandoned(ticketKey).catch((error: unknown) => {
        if (!stopping.aborted) log.error({ err: error }, 'a job that nobody waits for could not be given up');
      });
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
      await untilChange(record.run, decision);
    }
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
