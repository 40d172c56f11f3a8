import { createServer } from 'node:http';
import { createFakeConsumer } from '../stand-ins/worker/fake-consumer.ts';
import { runBareWorker } from './bare-queue.ts';

/** Takes jobs that take no time from a queue: as our worker does, or as BullMQ alone does it with IS_BARE set. */

const { REDIS_URL: redisUrl = '', IS_BARE, CONCURRENCY, PORT } = process.env;
const concurrency = Number(CONCURRENCY);

async function runOurs(): Promise<void> {
  const consumer = await createFakeConsumer({ redisUrl, concurrency, lockMs: 20_000 });
  consumer.isAutomatic = true;
  await consumer.start();
}

await (IS_BARE === undefined ? runOurs() : runBareWorker(redisUrl, concurrency));
createServer((_request, response) => response.end()).listen(Number(PORT), '127.0.0.1');
