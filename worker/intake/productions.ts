import type { ProgressEvent } from '../../shared/contract/generation.ts';
import type { Production } from '../../shared/contract/wire.ts';
import { AppError } from '../../shared/errors.ts';
import { costOf } from '../../shared/queue/room.ts';
import type { Run } from '../../shared/queue/run.ts';
import type { Logger } from '../../shared/service/log.ts';
import { type Clock, toAbortError } from '../../shared/wait.ts';
import type { ProductionObserver } from '../production/observer.ts';
import type { Produce } from '../production/produce.ts';
import { createReports, type Listener } from './production-reports.ts';
import type { Slots } from './slots.ts';

/** A production of a queue that takes it back while it waits for an engine. */
export interface Queued {
  /** By the clock's `elapsed`: when it was begun for the first time. */
  readonly begunAt: number;
  /** The production has ended without a last event. It may be taken again after this many milliseconds. */
  readonly onPostponed: (milliseconds: number) => void;
}

class Postponed extends Error {
  override readonly name = 'Postponed';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`waits for an engine for ${milliseconds} ms`);
    this.milliseconds = milliseconds;
  }
}

export interface Productions {
  /**
   * Starts the production, or joins the one of the same job. Throws `queue_full` or `worker_unavailable` at once. The
   * listener gets every event from then on, `result` or `error` as the last. The returned function removes the listener;
   * a production without listeners is cancelled.
   */
  follow(production: Production, listener: Listener, trace: Run['trace'], queued?: Queued): () => void;
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
/** By contract an aborted engine ends within 200 ms. A stop waits no longer than this for one that does not. */
const LAST_MOMENTS_MS = 2000;

/** The productions that run or wait at this worker, at most one for each job. */
export function createProductions(options: ProductionsOptions): Productions {
  const { produce, slots, observer, clock, log } = options;
  const byJob = new Map<string, Entry>();
  const underway = new Set<Entry>();
  let isStopping = false;

  function start(production: Production, trace: Run['trace'], listener: Listener, queued?: Queued): Entry {
    const previous = byJob.get(production.jobId)?.ended;
    const deadlineAt = clock.elapsed() + (production.timeoutMs ?? Number.POSITIVE_INFINITY);
    const entry: Entry = {
      listeners: new Set([listener]),
      abort: new AbortController(),
      isRunning: false,
      ended: Promise.resolve(),
    };
    const { signal } = entry.abort;
    const cost = workOf(production);
    const line = { requestId: trace.requestId, trace: trace.traceparent, run: production.jobId, worker: options.name };
    const watch = observer.begin({ runId: production.jobId, trace });
    const reports = createReports(entry.listeners, { line, watch, clock, log });
    const slot = takeSlot(slots, production, signal, reports.progress);

    const forget = (): void => {
      underway.delete(entry);
      if (byJob.get(production.jobId) === entry) byJob.delete(production.jobId);
    };

    async function make(): Promise<void> {
      let leave = await slot;
      entry.isRunning = true;
      const stepAside = async (milliseconds: number): Promise<void> => {
        if (queued !== undefined) throw new Postponed(milliseconds);
        leave();
        entry.isRunning = false;
        await clock.wait(milliseconds, signal);
        leave = await slots.enter({ signal, cost, onPosition: () => undefined, isReturning: true });
        entry.isRunning = true;
      };
      try {
        // The same job was cancelled a moment ago and is still ending.
        await previous;
        const begunAt = queued?.begunAt ?? clock.elapsed();
        const context = { signal, deadlineAt, begunAt, onProgress: reports.progress, watch, stepAside };
        reports.result(await produce(production, context));
      } finally {
        leave();
      }
    }

    entry.ended = make()
      .catch((error: unknown) => {
        if (!(error instanceof Postponed)) return reports.failure(error);
        watch.postponed();
        forget();
        queued?.onPostponed(error.milliseconds);
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
    follow(production, listener, trace, queued) {
      const known = byJob.get(production.jobId);
      const isJoinable = known !== undefined && !known.abort.signal.aborted;
      if (!isJoinable && isStopping) throw stopping();
      const entry = isJoinable ? known : start(production, trace, listener, queued);
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
