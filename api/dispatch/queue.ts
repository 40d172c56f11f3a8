import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Removal } from '../../shared/contract/wire.ts';
import { AppError, type ErrorRecord, fromErrorRecord } from '../../shared/errors.ts';
import type { Logger } from '../../shared/log.ts';
import { sniffMediaType } from '../../shared/media-type.ts';
import { QUEUE, type QueueJob, redisChannels, redisKeys } from '../../shared/queue/redis.ts';
import type { Channels } from '../../shared/queue/redis-channels.ts';
import type { SharedRuns } from '../../shared/queue/redis-runs.ts';
import type { Clock } from '../../shared/wait.ts';
import type { Dispatch, PictureFile } from './dispatch.ts';
import { sweepLostRuns } from './queue-sweep.ts';
import { watchWorkers } from './queue-workers.ts';
import { createWorkerLink } from './worker-link.ts';

/** BullMQ's largest; the smallest number is served first. */
const MAX_PRIORITY = 2 ** 21 - 1;
const SWEEP_INTERVAL_MS = 30_000;
/** Nothing of a job stays on the queue when it has ended: runs tell what became of them. */
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true } as const;

export interface QueueDispatchOptions {
  readonly redis: Redis;
  readonly channels: Channels;
  readonly runs: SharedRuns;
  /** Hosts that may sleep, to be woken by a request: their workers take from the queue once they run. */
  readonly workerUrls: readonly string[];
  readonly onAwake: (tookMs: number) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** BullMQ on Redis: any number of gateways and workers. Turns, and with them positions, are the journal's. */
export async function createQueueDispatch(options: QueueDispatchOptions): Promise<Dispatch> {
  const { redis, channels, runs, clock, log } = options;
  const queue = new Queue<QueueJob>(QUEUE.name, { connection: redis, prefix: QUEUE.prefix });
  queue.on('error', (error) => log.warn({ reason: String(error) }, 'the queue cannot be reached'));
  const stopping = new AbortController();
  const workers = await watchWorkers(redis, channels, clock);
  const idle = { onChange: () => undefined, onGivenUp: () => undefined };
  const links = options.workerUrls.map((url) => createWorkerLink({ ...options, ...idle, url, token: '' }));
  let waiting = 0;

  async function enqueue({ id }: { readonly id: string }): Promise<void> {
    const turn = Number(await redis.zscore(redisKeys.waiting, id));
    const priority = Math.min(Math.max(Math.round(turn), 1), MAX_PRIORITY);
    await queue.add('run', { runId: id }, { ...JOB_OPTIONS, jobId: id, priority });
    wake();
  }

  function wake(): void {
    if (workers().length === 0) for (const link of links) link.wake();
  }

  async function sweepNowAndThen(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await sweepLostRuns({ redis, queue, runs, clock, enqueue });
        await clock.wait(SWEEP_INTERVAL_MS, stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.error({ err: error }, 'looking for lost runs failed');
        await clock.wait(SWEEP_INTERVAL_MS, stopping.signal).catch(() => undefined);
      }
    }
  }

  async function remove(removal: Removal, signal: AbortSignal): Promise<void> {
    const removalId = randomUUID();
    const reply = Promise.withResolvers<string>();
    const unsubscribe = await channels.subscribe(redisChannels.removed(removalId), reply.resolve);
    const onAbort = (): void =>
      reply.reject(new AppError('worker_unavailable', 'no worker removed the picture in time'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await queue.add('removal', { removalId, removal }, { ...JOB_OPTIONS, jobId: removalId });
      const message = await reply.promise;
      if (message !== '') throw fromErrorRecord(JSON.parse(message) as ErrorRecord);
    } finally {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
    }
  }

  async function picture(pictureId: string): Promise<PictureFile | undefined> {
    const bytes = await redis.getBuffer(redisKeys.picture(pictureId));
    const mediaType = bytes === null ? undefined : sniffMediaType(bytes);
    return bytes === null || mediaType === undefined ? undefined : { bytes, mediaType };
  }

  function countWaiting(): number {
    redis.zcard(redisKeys.waiting).then(
      (count) => {
        waiting = count;
      },
      (error: unknown) => log.warn({ reason: String(error) }, 'waiting runs could not be counted'),
    );
    return waiting;
  }

  const sweeping = sweepNowAndThen();
  return {
    enqueue,
    withdraw: async (runId) => {
      await redis.publish(redisChannels.cancel, runId);
      // Fails while a worker holds it; that one has just been told.
      await queue.remove(runId).catch((error: unknown) => log.debug({ reason: String(error) }, 'a run is in work'));
    },
    position: async (runId) => {
      const rank = await redis.zrank(redisKeys.waiting, runId);
      return rank === null ? undefined : rank + 1;
    },
    picture,
    remove,
    workers: () => {
      const awake = workers();
      return awake.length > 0 ? awake : links.map((link) => link.view());
    },
    waiting: countWaiting,
    stop: async () => {
      stopping.abort();
      for (const link of links) link.stop();
      await sweeping;
      await queue.close();
    },
  };
}
