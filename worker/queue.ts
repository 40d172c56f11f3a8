import { DelayedError, type Job, Worker as QueueWorker, WaitingError } from 'bullmq';
import type { Removal, WorkerStatus } from '../shared/contract/wire.ts';
import { AppError, toAppError, toErrorRecord } from '../shared/errors.ts';
import type { Logger } from '../shared/log.ts';
import {
  connectRedis,
  HEARTBEAT_INTERVAL_MS,
  QUEUE,
  type QueueJob,
  redisChannels,
  type WorkerHeartbeat,
} from '../shared/queue/redis.ts';
import { createChannels } from '../shared/queue/redis-channels.ts';
import { createSharedRuns } from '../shared/queue/redis-runs.ts';
import { createSealedVault } from '../shared/queue/sealed-vault.ts';
import type { Clock } from '../shared/wait.ts';
import type { Productions } from './productions.ts';
import { createQueueRun } from './queue-run.ts';

/** The worker's side of the shared queue: takes runs, reports what happens to them, and stops those nobody wants. */

export interface QueueConsumerOptions {
  readonly redisUrl: string;
  readonly workerToken: string;
  /** Tells workers apart, for instance host name and port. */
  readonly name: string;
  readonly concurrency: number;
  readonly productions: Pick<Productions, 'follow'>;
  readonly readPicture: (id: string) => Promise<{ readonly bytes: Buffer } | undefined>;
  readonly removePicture: (removal: Removal, signal: AbortSignal) => Promise<void>;
  /** What engines and stores are up to, for the gateways' status page. */
  readonly status: () => Promise<Pick<WorkerStatus, 'engines' | 'stores'>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A worker that was not heard of for so long has died, and another one takes its runs. */
  readonly lockMs?: number | undefined;
}

export interface QueueConsumer {
  start(): Promise<void>;
  /** Takes nothing more; what runs may end within the grace, then it is given back. */
  stop(graceMs: number): Promise<void>;
}

const LOCK_MS = 20_000;
const MAX_STALLS = 5;
/** After a lost connection BullMQ would leave a slot idle for 15 s. */
const RETRY_PAUSE_MS = 1000;
/** The worker's own slots may be taken by a gateway that asks over HTTP. */
const FULL_PAUSE_MS = 1000;
const REMOVAL_TIMEOUT_MS = 30_000;
const KEEP_MS = 86_400_000;
/** To say goodbye; commands to a Redis that is away wait for ever. */
const LAST_MOMENTS_MS = 2000;

export function createQueueConsumer(options: QueueConsumerOptions): QueueConsumer {
  const { name, concurrency, clock, log, lockMs = LOCK_MS } = options;
  const redis = connectRedis(options.redisUrl, log);
  const channels = createChannels(redis, log);
  const runs = createSharedRuns({ redis, clock, keepMs: KEEP_MS });
  const vault = createSealedVault(redis, options.workerToken);
  const run = createQueueRun({ ...options, redis, runs, vault });
  const running = new Map<string, AbortController>();
  const stopping = new AbortController();

  const queueWorker = new QueueWorker<QueueJob>(QUEUE.name, (job, token) => work(job, token), {
    connection: redis,
    prefix: QUEUE.prefix,
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: MAX_STALLS,
    runRetryDelay: RETRY_PAUSE_MS,
  });
  queueWorker.on('error', (error) => log.warn({ reason: String(error) }, 'the queue cannot be reached'));
  queueWorker.on('failed', (job, error) => {
    if (job === undefined || !('runId' in job.data)) return;
    const record = toErrorRecord(new AppError('internal', 'the queue gave the run up', { cause: error }));
    runs.report(job.data.runId, { status: 'failed', error: record }).catch(logFailure);
    log.error({ err: error, runId: job.data.runId }, 'the queue gave a run up');
  });

  const logFailure = (error: unknown): void => log.error({ err: error }, 'reporting to the queue failed');

  async function work(job: Job<QueueJob>, token: string | undefined): Promise<void> {
    if ('removal' in job.data) return remove(job.data);
    const { runId } = job.data;
    const controller = new AbortController();
    running.set(runId, controller);
    beat();
    try {
      const end = await run(runId, controller.signal);
      if (end === 'full') {
        await job.moveToDelayed(clock.now() + FULL_PAUSE_MS, token);
        throw new DelayedError();
      }
      if (end === 'interrupted') {
        await job.moveToWait(token);
        throw new WaitingError();
      }
    } finally {
      running.delete(runId);
      beat();
    }
  }

  async function remove({ removalId, removal }: Extract<QueueJob, { readonly removalId: string }>): Promise<void> {
    const reply = await options
      .removePicture(removal, AbortSignal.timeout(REMOVAL_TIMEOUT_MS))
      .then(() => '')
      .catch((error: unknown) => JSON.stringify(toErrorRecord(toAppError(error))));
    await redis.publish(redisChannels.removed(removalId), reply);
  }

  async function tellHeartbeat(): Promise<void> {
    const { engines, stores } = await options.status();
    const isStopping = stopping.signal.aborted;
    const heartbeat: WorkerHeartbeat = { name, running: running.size, concurrency, engines, stores, isStopping };
    await redis.publish(redisChannels.workers, JSON.stringify(heartbeat));
  }

  const beat = (): void => void tellHeartbeat().catch(logFailure);

  async function beatNowAndThen(): Promise<void> {
    while (!stopping.signal.aborted) {
      beat();
      await clock.wait(HEARTBEAT_INTERVAL_MS, stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    }
  }

  return {
    start: async () => {
      await channels.subscribe(redisChannels.cancel, (runId) => running.get(runId)?.abort());
      await channels.subscribe(redisChannels.hello, beat);
      queueWorker.run().catch(logFailure);
      beatNowAndThen().catch(logFailure);
    },
    stop: async (graceMs) => {
      stopping.abort();
      const giveBackAll = setTimeout(() => {
        for (const controller of running.values()) controller.abort();
      }, graceMs);
      const ended = Promise.all([tellHeartbeat(), queueWorker.close()]).catch(logFailure);
      const bound = new AbortController();
      const limitMs = (running.size > 0 ? graceMs : 0) + LAST_MOMENTS_MS;
      await Promise.race([ended, clock.wait(limitMs, bound.signal)]);
      bound.abort();
      clearTimeout(giveBackAll);
      channels.close();
      redis.disconnect();
    },
  };
}
