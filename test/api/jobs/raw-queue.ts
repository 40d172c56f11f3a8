import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { QUEUE } from '../../../shared/queue/redis.ts';

/** The shared queue without its records, to bring the two apart as a crash may. */

export const addToQueue = (redisUrl: string, runId: string) =>
  withQueue(redisUrl, (queue) => queue.add('run', { runId }, { jobId: runId, removeOnComplete: true }));

export const removeFromQueue = (redisUrl: string, runId: string) => withQueue(redisUrl, (queue) => queue.remove(runId));

async function withQueue<T>(redisUrl: string, task: (queue: Queue) => Promise<T>): Promise<T> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(QUEUE.name, { connection, prefix: QUEUE.prefix });
  try {
    return await task(queue);
  } finally {
    await queue.close();
    connection.disconnect();
  }
}
