import type { Removal, WorkerStatus } from '../../shared/contract/wire.ts';
import { AppError, toAppError, toErrorRecord } from '../../shared/errors.ts';
import type { WorkerHeartbeat } from '../../shared/queue/backend.ts';
import { channelNames } from '../../shared/queue/channels.ts';
import type { RedisBackend } from '../../shared/queue/redis/backend.ts';
import type { JobConsumer, JobEnd, QueueJob } from '../../shared/queue/redis/job-queue.ts';
import { createSealedVault } from '../../shared/queue/sealed-vault.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { ProductionObserver } from '../production/observer.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { Productions } from './productions.ts';
import { createQueueRun } from './queue-run.ts';

/** The worker's side of the shared queue: takes runs, reports their progress, and ends those that were cancelled. */

export interface QueueConsumerOptions {
  readonly backend: RedisBackend;
  readonly workerTokens: readonly string[];
  /** Identifies the worker, for instance by host name and port. */
  readonly name: string;
  readonly concurrency: number;
  readonly productions: Pick<Productions, 'follow'>;
  readonly observer: Pick<ProductionObserver, 'taken'>;
  readonly readPicture: (id: string) => Promise<{ readonly bytes: Buffer } | undefined>;
  readonly removePicture: (removal: Removal, signal: AbortSignal) => Promise<void>;
  /** The state of engines and stores, for the gateways' status page. */
  readonly status: () => Promise<Pick<WorkerStatus, 'engines' | 'stores' | 'problems'>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A worker that does not renew its lock for this long counts as dead, and another one takes its runs. */
  readonly lockMs?: number | undefined;
}

export interface QueueConsumer {
  /** Resolves when the queue's backend is reached. */
  start(): Promise<void>;
  /** Takes no more runs. Running ones may end within the grace period, and go back to the queue after it. */
  stop(graceMs: number): Promise<void>;
}

const LOCK_MS = 20_000;
/** Pause when a gateway that asks over HTTP has taken the slots. */
const FULL_PAUSE_MS = 1000;
const REMOVAL_TIMEOUT_MS = 30_000;
/** Limit for the last heartbeat, since commands to an unreachable backend wait for ever. */
const LAST_MOMENTS_MS = 2000;

export function createQueueConsumer(options: QueueConsumerOptions): QueueConsumer {
  const { backend, name, concurrency, clock, log, lockMs = LOCK_MS } = options;
  const { runs, channels, blobs } = backend;
  const vault = createSealedVault(blobs, options.workerTokens);
  const run = createQueueRun({ ...options, runs, blobs, vault });
  const running = new Map<string, AbortController>();
  const stopping = new AbortController();
  let consumer: JobConsumer | undefined;

  const logFailure = (error: unknown): void => log.error({ err: error }, 'reporting to the queue failed');

  const heartbeats = createHeartbeats({
    send: () => sendHeartbeat().catch(logFailure),
    signal: stopping.signal,
    clock,
  });

  async function work(job: QueueJob): Promise<JobEnd> {
    // The run was taken just before this worker began to stop.
    if (stopping.signal.aborted) return 'again';
    if ('removal' in job) return remove(job);
    const { runId } = job;
    const controller = new AbortController();
    running.set(runId, controller);
    heartbeats.hurry();
    try {
      const end = await run(runId, controller.signal);
      if (end === 'ended') return 'done';
      if (typeof end === 'number') return end;
      return end === 'full' ? FULL_PAUSE_MS : 'again';
    } finally {
      running.delete(runId);
      heartbeats.hurry();
    }
  }

  function onFailed(job: QueueJob, error: Error): void {
    if (!('runId' in job)) return;
    const record = toErrorRecord(new AppError('internal', 'the queue gave up the run', { cause: error }));
    runs.report(job.runId, { status: 'failed', error: record }).catch(logFailure);
    log.error({ err: error, runId: job.runId }, 'the queue gave up a run');
  }

  async function remove({ removalId, removal }: Extract<QueueJob, { readonly removalId: string }>): Promise<JobEnd> {
    const reply = await options
      .removePicture(removal, AbortSignal.timeout(REMOVAL_TIMEOUT_MS))
      .then(() => '')
      .catch((error: unknown) => JSON.stringify(toErrorRecord(toAppError(error))));
    await channels.publish(channelNames.removed(removalId), reply);
    return 'done';
  }

  async function sendHeartbeat(): Promise<void> {
    const { engines, stores, problems } = await options.status();
    const isStopping = stopping.signal.aborted;
    const heartbeat: WorkerHeartbeat = {
      name,
      running: running.size,
      concurrency,
      engines,
      stores,
      problems,
      isStopping,
    };
    await channels.publish(channelNames.workers, JSON.stringify(heartbeat));
  }

  async function start(): Promise<void> {
    await channels.subscribe(channelNames.cancel, (runId) => running.get(runId)?.abort());
    await channels.subscribe(channelNames.hello, heartbeats.hurry);
    consumer = await backend.openConsumer({ work, onFailed, concurrency, lockMs });
    consumer.run().catch(logFailure);
    heartbeats.run().catch(logFailure);
  }

  return {
    start: () =>
      start().catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      }),
    stop: async (graceMs) => {
      stopping.abort();
      const giveBackAll = setTimeout(() => {
        for (const controller of running.values()) controller.abort();
      }, graceMs);
      const ended = Promise.all([consumer && sendHeartbeat(), consumer?.close()]).catch(logFailure);
      const bound = new AbortController();
      const limitMs = (running.size > 0 ? graceMs : 0) + LAST_MOMENTS_MS;
      await Promise.race([ended, clock.wait(limitMs, bound.signal)]);
      bound.abort();
      clearTimeout(giveBackAll);
      await backend.close();
    },
  };
}
