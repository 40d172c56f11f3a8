import { createPostgresBackend, Queue, Worker } from 'bullmq';
import type { QueueAddress } from '../../shared/queue/open-backend.ts';

/** BullMQ as its documentation uses it, for comparison. */

const NAME = 'bare';
const work = async ({ data }: { readonly data: { readonly request: { readonly seed: number } } }) => ({
  pictures: [{ seed: data.request.seed }],
});

export const openBareQueue = ({ kind, url }: QueueAddress) =>
  kind === 'redis'
    ? new Queue(NAME, { connection: { url } })
    : new Queue(NAME, { connection: { connectionString: url, migrate: true } }, createPostgresBackend);

export async function runBareWorker({ kind, url }: QueueAddress, concurrency: number): Promise<void> {
  const worker =
    kind === 'redis'
      ? new Worker(NAME, work, { connection: { url, maxRetriesPerRequest: null }, concurrency })
      : new Worker(
          NAME,
          work,
          { connection: { connectionString: url, migrate: true }, concurrency },
          createPostgresBackend,
        );
  await worker.waitUntilReady();
}
