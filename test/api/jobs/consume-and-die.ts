import { createFakeConsumer } from '../../stand-ins/worker/fake-consumer.ts';

// A worker that takes runs and ends none, until it is killed. It prints the id of each run that it takes.
const [, , redisUrl = ''] = process.argv;
const consumer = await createFakeConsumer({ redisUrl, concurrency: 2, name: 'mortal', lockMs: 1000 });
await consumer.start();
for (let index = 0; ; index++) {
  const { production } = await consumer.productions.at(index, Number.POSITIVE_INFINITY);
  process.stdout.write(`${production.jobId}\n`);
}
