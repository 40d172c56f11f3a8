import { randomUUID } from 'node:crypto';
import { errorRecordSchema, type Removal } from '../../../shared/contract/wire.ts';
import { AppError, type ErrorRecord, fromErrorRecord } from '../../../shared/errors.ts';
import { sniffMediaType } from '../../../shared/picture/media-type.ts';
import { blobKeys } from '../../../shared/queue/backend.ts';
import { channelNames, readMessage } from '../../../shared/queue/channels.ts';
import type { RedisBackend } from '../../../shared/queue/redis/backend.ts';
import { attendanceOf, placeOf } from '../../../shared/queue/turns.ts';
import type { Logger } from '../../../shared/service/log.ts';
import { type Clock, repeat } from '../../../shared/wait.ts';
import { createWorkerLink } from '../direct/worker-link.ts';
import type { Dispatch, PictureFile, QueuedRun } from '../dispatch.ts';
import { whyNobodyServes } from '../why-nobody-serves.ts';
import { sweepLostRuns } from './sweep.ts';
import { watchWorkers } from './workers.ts';

const SWEEP_INTERVAL_MS = 30_000;
const LOOK_TIMEOUT_MS = 1000;
/** This gateway has the picture then. Redis is small, and keeps it only for others whose callers come right away. */
const COLLECTED_LIFE_SECONDS = 600;
const UNREADABLE: ErrorRecord = { code: 'internal', message: 'a worker reported an error that cannot be read' };

export interface QueueDispatchOptions {
  readonly backend: RedisBackend;
  /** Hosts that may sleep. A request wakes them, and their workers then take runs from the queue. */
  readonly workerUrls: readonly string[];
  readonly onAwake: (tookMs: number) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Dispatch for any number of gateways and workers by BullMQ, which serves runs by their places. */
export async function createQueueDispatch(options: QueueDispatchOptions): Promise<Dispatch> {
  const { backend, clock, log } = options;
  const { channels, runs, blobs } = backend;
  const queue = await backend.openQueue();
  const stopping = new AbortController();
  const workers = await watchWorkers(channels, clock);
  const idle = { onChange: () => undefined, onGivenUp: () => undefined };
  const links = options.workerUrls.map((url) => createWorkerLink({ ...options, ...idle, url, token: '' }));
  let waiting = 0;

  async function enqueue(run: QueuedRun, place = placeOf(run, attendanceOf(run))): Promise<void> {
    await queue.add(run.id, { runId: run.id }, place);
    wake();
  }

  function wake(): void {
    if (workers().length === 0) for (const link of links) link.wake();
  }

  async function remove(removal: Removal, signal: AbortSignal): Promise<void> {
    const removalId = randomUUID();
    const reply = Promise.withResolvers<string>();
    const unsubscribe = await channels.subscribe(channelNames.removed(removalId), reply.resolve);
    const onAbort = (): void =>
      reply.reject(new AppError('worker_unavailable', 'no worker removed the picture in time'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await queue.add(removalId, { removalId, removal });
      const message = await reply.promise;
      if (message !== '') throw fromErrorRecord(readMessage(errorRecordSchema, message) ?? UNREADABLE);
    } finally {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
    }
  }

  async function picture(pictureId: string): Promise<PictureFile | undefined> {
    const bytes = await blobs.collect(blobKeys.picture(pictureId), COLLECTED_LIFE_SECONDS);
    const mediaType = bytes && sniffMediaType(bytes);
    return bytes && mediaType && { bytes, mediaType };
  }

  function countWaiting(): number {
    runs.countWaiting().then(
      (count) => {
        waiting = count;
      },
      (error: unknown) => log.warn({ reason: String(error) }, 'waiting runs could not be counted'),
    );
    return waiting;
  }

  const sweeping = repeat(() => sweepLostRuns({ queue, runs, blobs, clock, enqueue }), {
    ...{ intervalMs: SWEEP_INTERVAL_MS, clock, signal: stopping.signal },
    onFailure: (error) => log.error({ err: error }, 'looking for lost runs failed'),
  });
  return {
    enqueue: (run) => enqueue(run),
    withdraw: async (runId) => {
      await channels.publish(channelNames.cancel, runId);
      // Fails while a worker holds the run, and then the cancellation above reaches that worker.
      await queue
        .remove(runId)
        .catch((error: unknown) =>
          log.debug({ reason: String(error) }, 'a cancelled run is in work, and was not taken off the queue'),
        );
    },
    attend: async (run, attendance) => {
      const place = placeOf(run, attendance);
      await Promise.all([queue.move(run.id, place), runs.move(run, place)]);
    },
    position: runs.position,
    picture,
    remove,
    workers: () => {
      const awake = workers();
      return awake.length > 0 ? awake : links.map((link) => link.view());
    },
    look: async () => {
      if (!(await backend.answers(LOOK_TIMEOUT_MS))) return ['Redis cannot be reached.'];
      if (workers().length > 0) return whyNobodyServes(workers());
      await Promise.all(links.map((link) => link.look()));
      return whyNobodyServes(links.map((link) => link.view()));
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
