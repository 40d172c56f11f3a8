import { Queue, Worker } from 'bullmq';

/** BullMQ as its documentation uses it, for comparison. */

const NAME = 'bare';
const work = async ({ data }: { readonly data: { readonly request: { readonly seed: number } } }) => ({
  pictures: [{ seed: data.request.seed }],
});

export const openBareQueue = (url: string) => new Queue(NAME, { connection: { url } });

export async function runBareWorker(url: string, concurrency: number): Promise<void> {
  const worker = new Worker(NAME, work, { connection: { url, maxRetriesPerRequest: null }, concurrency });
  await worker.waitUntilReady();
}
