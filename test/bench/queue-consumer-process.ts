import { createServer } from 'node:http';
import { createFakeConsumer } from '../stand-ins/worker/fake-consumer.ts';
import { runBareWorker } from './bare-queue.ts';

/** Consumes a queue of jobs that need no work, by Easel's consumer, or by BullMQ alone where IS_BARE is set. */

const { REDIS_URL: redisUrl = '', IS_BARE, CONCURRENCY, PORT } = process.env;
const concurrency = Number(CONCURRENCY);

async function runOurs(): Promise<void> {
  const consumer = await createFakeConsumer({ redisUrl, concurrency, lockMs: 20_000 });
  consumer.isAutomatic = true;
  await consumer.start();
}

await (IS_BARE === undefined ? runOurs() : runBareWorker(redisUrl, concurrency));
createServer((_request, response) => response.end()).listen(Number(PORT), '127.0.0.1');
