import { isEnded } from '../../../shared/queue/run.ts';
import { pause } from '../../../shared/wait.ts';
import { lookUp } from '../accept/lookup.ts';
import type { JobContext } from '../context.ts';
import type { Job } from '../job.ts';
import type { Held } from '../journal/journal.ts';
import { toJob } from './job-view.ts';

/** Callers on the line: who waits for an answer, and what their leaving means. */

export interface Attendance {
  wait(id: string, options: { readonly budgetMs: number; readonly signal: AbortSignal }): Promise<Job>;
  /** Counts a caller of this ticket until the answered function is called. */
  attend(ticketKey: string): (left: 'left' | 'served') => Promise<void>;
  /** The newest partial picture of a run that somebody waits for on this gateway. */
  preview(runId: string): Job['preview'];
  /** Gives the share of a ticket up, and the run with it when nobody else holds it. */
  release(held: Held): Promise<void>;
  /**
   * The gateway stops: whoever waits may get an answer within the grace, and is then told to come back, as is whoever
   * still comes. Resolves when all are told.
   */
  dismiss(graceMs: number): Promise<void>;
}

export function createAttendance(context: JobContext): Attendance {
  const { journal, dispatch, vault, clock } = context;
  const present = new Map<string, number>();
  const waiting = new Set<Promise<Job>>();
  const previews = new Map<string, NonNullable<Job['preview']>>();
  const stopping = new AbortController();

  async function release({ ticket }: Held): Promise<void> {
    const cancelled = await journal.release(ticket.key);
    if (cancelled !== undefined) {
      await dispatch.withdraw(cancelled.id);
      await vault.drop(cancelled.id);
    }
    context.onEnded();
  }

  function attend(ticketKey: string): (left: 'left' | 'served') => Promise<void> {
    present.set(ticketKey, (present.get(ticketKey) ?? 0) + 1);
    return async (left) => {
      const others = (present.get(ticketKey) ?? 1) - 1;
      if (others > 0) present.set(ticketKey, others);
      else present.delete(ticketKey);
      if (left === 'served' || others > 0) return;
      const held = await journal.find(ticketKey);
      if (held !== undefined && !held.ticket.asynchronous && !isEnded(held.run.status)) await release(held);
    };
  }

  /** Resolves when the run has ended, the budget is used up, the caller has gone or the gateway stops. */
  async function untilEnd(runId: string, budgetMs: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const unsubscribe = await journal.subscribe(runId, ({ run, preview }) => {
      if (preview !== undefined) previews.set(runId, preview);
      if (isEnded(run.status)) done.abort();
    });
    const stop = AbortSignal.any([signal, done.signal, stopping.signal]);
    try {
      const run = await journal.run(runId);
      if (run !== undefined && !isEnded(run.status)) await clock.wait(budgetMs, stop);
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      unsubscribe();
      previews.delete(runId);
    }
  }

  async function waitForEnd(id: string, { budgetMs, signal }: { budgetMs: number; signal: AbortSignal }): Promise<Job> {
    const before = await lookUp(id, context);
    if (isEnded(before.run.status)) return deliver(before, signal);
    const leave = attend(before.ticket.key);
    await untilEnd(before.run.id, budgetMs, signal);
    const run = await journal.run(before.run.id);
    const hasEnded = run !== undefined && isEnded(run.status);
    // From here on the caller is told to come back.
    if (!hasEnded && !signal.aborted) await journal.keep(before.ticket.key);
    await leave(signal.aborted ? 'left' : 'served');
    return deliver((await journal.find(before.ticket.key)) ?? before, signal);
  }

  /** The signal may still abort before the answer has reached its caller. */
  async function deliver(held: Held, signal: AbortSignal): Promise<Job> {
    const { id, request, received } = held.run;
    await context.collect(held.run);
    if (!request.seedGiven && held.run.status === 'done' && !signal.aborted) {
      if (!received) await journal.markReceived(id, true);
      const onLost = (): void =>
        void journal.markReceived(id, false).catch((error: unknown) => {
          context.log.warn({ reason: String(error) }, 'a lost answer could not be noted');
        });
      signal.addEventListener('abort', onLost, { once: true });
    }
    return toJob(held, context);
  }

  return {
    attend,
    release,
    preview: (runId) => previews.get(runId),
    wait: async (id, options) => {
      const told = waitForEnd(id, options);
      waiting.add(told);
      try {
        return await told;
      } finally {
        waiting.delete(told);
      }
    },
    dismiss: async (graceMs) => {
      const allTold = new AbortController();
      const told = Promise.allSettled(waiting).then(() => allTold.abort());
      await pause(clock, graceMs, allTold.signal);
      stopping.abort();
      await Promise.allSettled([told, ...waiting]);
    },
  };
}
