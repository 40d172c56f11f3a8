import { DelayedError, Queue, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { removalSchema } from '../../contract/wire.ts';
import type { Logger } from '../../service/log.ts';
import { FIRST_PLACE } from '../turns.ts';
import { QUEUE_PREFIX } from './connection.ts';
import { createJobCare } from './job-care.ts';

/** A run by its id, or a hosted picture to remove. */
const queueJobSchema = z.union([
  z.object({ runId: z.string() }),
  z.object({ removalId: z.string(), removal: removalSchema }),
]);
export type QueueJob = Readonly<z.infer<typeof queueJobSchema>>;

/** The queue that gateways add to and workers take from: BullMQ on Redis. */

const QUEUE_NAME = 'runs';
/** Ended jobs are removed from the queue, because the records of the runs contain how they ended. */
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true } as const;
const MAX_STALLS = 5;
/** By default BullMQ leaves a slot idle for 15 s after a lost connection. */
const RETRY_PAUSE_MS = 1000;

export interface JobQueue {
  /** Does nothing if the id is on the queue already. The lowest place is served first. */
  add(id: string, job: QueueJob, place?: number): Promise<void>;
  /** Does nothing if no such job waits. */
  move(id: string, place: number): Promise<void>;
  has(id: string): Promise<boolean>;
  /** Throws while a worker holds it. */
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface JobConsumer {
  /** Resolves when it is closed. */
  run(): Promise<void>;
  /** Resolves when the jobs that it works on have ended. */
  close(): Promise<void>;
}

/** `again`: back to the queue at once. A number: back to the queue after that many milliseconds. */
export type JobEnd = 'done' | 'again' | number;

export interface JobConsumerOptions {
  readonly work: (job: QueueJob) => Promise<JobEnd>;
  /** A job that failed, or whose workers died too often. */
  readonly onFailed: (job: QueueJob, error: Error) => void;
  readonly concurrency: number;
  /** A worker that does not renew its lock for this long counts as dead, and another one takes its jobs. */
  readonly lockMs: number;
}

/** Resolves when Redis is reached. */
export async function createJobQueue(connection: Redis, log: Logger): Promise<JobQueue> {
  const queue = new Queue(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX });
  queue.on('error', (error) => log.warn({ reason: String(error) }, 'the queue cannot be reached'));
  await untilReady(queue);
  return {
    add: async (id, job, place = FIRST_PLACE) => {
      await queue.add('job', job, { ...JOB_OPTIONS, jobId: id, priority: place });
    },
    move: async (id, place) => (await queue.getJob(id))?.changePriority({ priority: place }),
    has: async (id) => (await queue.getJob(id)) !== undefined,
    remove: async (id) => void (await queue.remove(id)),
    close: () => queue.close(),
  };
}

/** Resolves when Redis is reached. */
export async function createJobConsumer(
  connection: Redis,
  log: Logger,
  { work, onFailed, concurrency, lockMs }: JobConsumerOptions,
): Promise<JobConsumer> {
  const options = {
    ...{ connection, prefix: QUEUE_PREFIX },
    ...{ autorun: false, concurrency, lockDuration: lockMs, stalledInterval: lockMs / 2 },
    ...{ maxStalledCount: MAX_STALLS, runRetryDelay: RETRY_PAUSE_MS },
    // `createJobCare` renews the locks.
    skipLockRenewal: true,
  };
  const care = createJobCare({ lockMs, log });
  const worker = new Worker<unknown, void>(
    QUEUE_NAME,
    async (job, token = '') => {
      const known = queueJobSchema.safeParse(job.data);
      // Another version added it. A run will be found as lost and queued again, and a removal times out at its gateway.
      if (!known.success) return log.warn({ queueJob: job.id }, 'a job of the queue is of an unknown kind');
      const end = await work(known.data).finally(care.keepLock(job, token));
      if (end === 'done') return;
      if (end === 'again') {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      await job.moveToDelayed(Date.now() + end, token);
      care.promoteLate(job, end);
      throw new DelayedError();
    },
    options,
  );
  worker.on('error', (error) => log.warn({ reason: String(error) }, 'the queue cannot be reached'));
  worker.on('failed', (job, error) => {
    const known = queueJobSchema.safeParse(job?.data);
    if (known.success) onFailed(known.data, error);
  });
  await untilReady(worker);
  return {
    run: () => worker.run(),
    close: async () => {
      care.close();
      await worker.close();
    },
  };
}

/** Closes a queue or consumer that fails to get ready, because it would not get ready later. */
async function untilReady(part: { waitUntilReady(): Promise<unknown>; close(): Promise<void> }): Promise<void> {
  try {
    await part.waitUntilReady();
  } catch (error) {
    await part.close();
    throw error;
  }
}
