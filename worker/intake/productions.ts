import type { ProgressEvent } from '../../shared/contract/generation.ts';
import type { Production } from '../../shared/contract/wire.ts';
import { AppError } from '../../shared/errors.ts';
import { costOf } from '../../shared/queue/room.ts';
import type { Run } from '../../shared/queue/run.ts';
import type { Logger } from '../../shared/service/log.ts';
import { type Clock, toAbortError } from '../../shared/wait.ts';
import type { ProductionObserver } from '../production/observer.ts';
import { Postponed } from '../production/patience.ts';
import type { Produce } from '../production/produce.ts';
import { createReports, type Listener } from './production-reports.ts';
import type { Slots } from './slots.ts';

export interface Productions {
  /**
   * Starts the production, or joins the one of the same job. Throws `queue_full` or `worker_unavailable` at once. The
   * listener gets every event from then on, a LastEvent as the last. The returned function removes the listener; a
   * production without listeners is cancelled. `startedAt`: epoch milliseconds at which another worker may have begun it.
   */
  follow(production: Production, listener: Listener, trace: Run['trace'], startedAt?: number): () => void;
  readonly isStopping: boolean;
  /** Takes no more work and refuses waiting productions. Running ones may end within the grace period, and are aborted with an error after it. */
  stop(graceMs: number): Promise<void>;
}

interface ProductionsOptions {
  readonly produce: Produce;
  readonly slots: Slots;
  /** The worker’s own name, for the gateway’s log. */
  readonly name: string;
  readonly observer: ProductionObserver;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A production under way, with its listeners. */
interface Entry {
  readonly listeners: Set<Listener>;
  readonly abort: AbortController;
  isRunning: boolean;
  ended: Promise<void>;
}

/** The longest timer that Node supports. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Another worker may end the oldest. */
const MAX_POSTPONED = 1000;
/** By contract an aborted engine ends within 200 ms. A stop waits no longer than this for one that does not. */
const LAST_MOMENTS_MS = 2000;

/** The productions that run or wait at this worker, at most one for each job. */
export function createProductions(options: ProductionsOptions): Productions {
  const { produce, slots, observer, clock, log } = options;
  const byJob = new Map<string, Entry>();
  const underway = new Set<Entry>();
  /** Jobs that were postponed, by the clock's `elapsed`: when they were begun for the first time. */
  const postponed = new Map<string, number>();
  let isStopping = false;

  function notePostponed(jobId: string, begunAt: number): void {
    postponed.set(jobId, begunAt);
    const [oldest] = postponed.keys();
    if (postponed.size > MAX_POSTPONED && oldest !== undefined) postponed.delete(oldest);
  }

  function start(production: Production, trace: Run['trace'], listener: Listener, startedAt = clock.now()): Entry {
    const previous = byJob.get(production.jobId)?.ended;
    const deadlineAt = clock.elapsed() + (production.timeoutMs ?? Number.POSITIVE_INFINITY);
    const entry: Entry = {
      listeners: new Set([listener]),
      abort: new AbortController(),
      isRunning: false,
      ended: Promise.resolve(),
    };
    const { signal } = entry.abort;
    // Of a production that another worker began, only its time by the wall clock is known.
    const begunAt = postponed.get(production.jobId) ?? clock.elapsed() - Math.max(0, clock.now() - startedAt);
    postponed.delete(production.jobId);
    const line = { requestId: trace.requestId, trace: trace.traceparent, run: production.jobId, worker: options.name };
    const watch = observer.begin({ runId: production.jobId, trace });
    const reports = createReports(entry.listeners, { line, watch, clock, log });
    const slot = takeSlot(slots, production, signal, reports.progress);

    const forget = (): void => {
      underway.delete(entry);
      if (byJob.get(production.jobId) === entry) byJob.delete(production.jobId);
    };

    async function make(): Promise<void> {
      const leave = await slot;
      entry.isRunning = true;
      try {
        // The same job was cancelled a moment ago and is still ending.
        await previous;
        const context = { signal, deadlineAt, begunAt, onProgress: reports.progress, watch };
        reports.result(await produce(production, context));
      } finally {
        leave();
      }
    }

    entry.ended = make()
      .catch((error: unknown) => {
        if (!(error instanceof Postponed)) return reports.failure(error);
        notePostponed(production.jobId, begunAt);
        forget();
        reports.postponed(error.milliseconds);
      })
      .finally(async () => {
        forget();
        await reports.end();
      });
    byJob.set(production.jobId, entry);
    underway.add(entry);
    return entry;
  }

  return {
    follow(production, listener, trace, startedAt) {
      const known = byJob.get(production.jobId);
      const isJoinable = known !== undefined && !known.abort.signal.aborted;
      if (!isJoinable && isStopping) throw stopping();
      const entry = isJoinable ? known : start(production, trace, listener, startedAt);
      entry.listeners.add(listener);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size === 0) entry.abort.abort(new AppError('cancelled', 'every caller has left'));
      };
    },
    get isStopping() {
      return isStopping;
    },
    async stop(graceMs) {
      isStopping = true;
      for (const entry of underway) if (!entry.isRunning) entry.abort.abort(stopping());
      const allEnded = async (): Promise<void> => {
        await Promise.all([...underway].map(({ ended }) => ended));
      };
      await within(graceMs, allEnded(), clock);
      for (const entry of underway) entry.abort.abort(stopping());
      await within(LAST_MOMENTS_MS, allEnded(), clock);
    },
  };
}

/** Throws at once if there is no room, so that the HTTP request can be refused. */
function takeSlot(
  slots: Slots,
  production: Production,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): Promise<() => void> {
  const { timeoutMs } = production;
  const limit =
    timeoutMs === undefined
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMER_MS))]);
  const onPosition = (position: number): void =>
    onProgress({ stage: 'queue', engineStatus: `waiting, number ${position} in the queue` });
  const slot = slots.enter({ signal: limit, cost: workOf(production), onPosition });
  onProgress({ stage: 'queue' });
  return slot.catch((error: unknown) => {
    if (signal.aborted) throw toAbortError(signal);
    throw new AppError('queue_full', 'no slot became free within the deadline of the job', { cause: error });
  });
}

const stopping = (): AppError => new AppError('worker_unavailable', 'the worker is stopping', { retryAfterSeconds: 5 });

async function within(timeoutMs: number, ended: Promise<void>, clock: Clock): Promise<void> {
  const wake = new AbortController();
  const timer = clock.wait(timeoutMs, wake.signal).catch((error: unknown) => {
    if (!wake.signal.aborted) throw error;
  });
  await Promise.race([ended, timer]);
  wake.abort();
}

const workOf = ({ cost, request }: Production): number => cost ?? costOf(request);
