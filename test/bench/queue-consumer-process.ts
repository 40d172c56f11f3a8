import { createServer } from 'node:http';
import { Worker } from 'bullmq';
import { createFakeConsumer } from '../stand-ins/worker/fake-consumer.ts';

/** Takes jobs that take no time from Redis: as our worker does, or as BullMQ alone does it with BARE_QUEUE set. */

const { REDIS_URL = '', BARE_QUEUE, CONCURRENCY, PORT } = process.env;
const concurrency = Number(CONCURRENCY);

async function startOurs(): Promise<void> {
  const consumer = createFakeConsumer({ redisUrl: REDIS_URL, concurrency, lockMs: 20_000 });
  consumer.isAutomatic = true;
  await consumer.start();
}

async function startBare(queue: string): Promise<void> {
  const connection = { url: REDIS_URL, maxRetriesPerRequest: null };
  const worker = new Worker(queue, async ({ data }) => ({ pictures: [{ seed: data.request.seed }] }), {
    connection,
    concurrency,
  });
  await worker.waitUntilReady();
}

await (BARE_QUEUE === undefined ? startOurs() : startBare(BARE_QUEUE));
createServer((_request, response) => response.end()).listen(Number(PORT), '127.0.0.1');
