import { isEnded, type Run } from '../../../shared/queue/run.ts';
import { remember } from '../../../shared/remember.ts';
import { pause } from '../../../shared/wait.ts';
import { lookUp } from '../accept/lookup.ts';
import type { JobContext } from '../context.ts';
import type { Job } from '../job.ts';
import type { JobRecord, RunListener } from '../journal/journal.ts';
import { toJob } from './job-view.ts';
import { createPresence, type Presence } from './presence.ts';

/** Callers with an open connection that wait for an answer, and what happens when they leave. */

export interface Callers extends Presence {
  /** Keeps a record that was just claimed, so that its caller need not load it again. */
  expect(record: JobRecord): void;
  wait(id: string, options: { readonly budgetMs: number; readonly signal: AbortSignal }): Promise<Job>;
  /** The newest partial picture of a run for which a caller of this gateway waits. */
  preview(runId: string): Job['preview'];
  /**
   * Call it when the gateway stops. Callers may get their pictures within the grace period. After it they, and new callers, are
   * asked to come back. Resolves when all are answered.
   */
  dismiss(graceMs: number): Promise<void>;
}

/** A caller waits right after its claim or not at all, so few records are kept. */
const MAX_EXPECTED = 100;

export function createCallers(context: JobContext): Callers {
  const { journal, clock, log } = context;
  const waiting = new Set<Promise<Job>>();
  const previews = new Map<string, NonNullable<Job['preview']>>();
  const claimed = new Map<string, JobRecord>();
  const stopping = new AbortController();
  const { enter, release } = createPresence(context, stopping.signal);

  /** Resolves with the ended run. Undefined when the budget is used up, the caller has gone, or the gateway stops. */
  async function untilEnd(known: Run, budgetMs: number, signal: AbortSignal): Promise<Run | undefined> {
    const runId = known.id;
    const done = new AbortController();
    let ended: Run | undefined;
    const look = (run: Run | undefined): void => {
      if (run === undefined || !isEnded(run.status)) return;
      ended = run;
      done.abort();
    };
    const listener: RunListener = ({ run, preview }) => {
      if (preview !== undefined) previews.set(runId, preview);
      look(run);
    };
    const unsubscribe = await journal.subscribe(known, listener);
    // A run that has ended before the subscription sends no event.
    look(await journal.run(runId));
    await pause(clock, budgetMs, AbortSignal.any([signal, done.signal, stopping.signal]));
    unsubscribe();
    previews.delete(runId);
    return ended;
  }

  async function waitForEnd(id: string, { budgetMs, signal }: { budgetMs: number; signal: AbortSignal }): Promise<Job> {
    const before = claimed.get(id) ?? (await lookUp(id, context));
    claimed.delete(id);
    const { key } = before.ticket;
    if (isEnded(before.run.status)) return deliver(before, signal);
    const leave = enter(before);
    const ended = await untilEnd(before.run, budgetMs, signal);
    // The caller is asked to come back for the picture.
    if (ended === undefined && !signal.aborted) await journal.leave(key, { comesBack: true });
    await leave(signal.aborted ? 'gone' : 'answered');
    if (ended?.status === 'done') return deliver({ ticket: before.ticket, run: ended }, signal);
    return deliver((await journal.find(key)) ?? before, signal);
  }

  /** The signal may still abort before the answer has reached the caller. */
  async function deliver(record: JobRecord, signal: AbortSignal): Promise<Job> {
    const { id, request, received } = record.run;
    await context.pictures.collect(record.run);
    if (!request.seedGiven && record.run.status === 'done' && !signal.aborted) {
      if (!received) await journal.markReceived(id);
      const onLost = (): void =>
        void journal.markLost(record).catch((error: unknown) => {
          log.warn({ reason: String(error) }, 'a lost answer could not be noted');
        });
      signal.addEventListener('abort', onLost, { once: true });
    }
    return toJob(record, context);
  }

  return {
    expect: (record) => remember(claimed, record.ticket.key, record, MAX_EXPECTED),
    enter,
    release,
    preview: (runId) => previews.get(runId),
    wait: async (id, options) => {
      const answer = waitForEnd(id, options);
      waiting.add(answer);
      try {
        return await answer;
      } finally {
        waiting.delete(answer);
      }
    },
    dismiss: async (graceMs) => {
      const allAnswered = new AbortController();
      const answers = Promise.allSettled(waiting).then(() => allAnswered.abort());
      await pause(clock, graceMs, allAnswered.signal);
      stopping.abort();
      await Promise.allSettled([answers, ...waiting]);
    },
  };
}
