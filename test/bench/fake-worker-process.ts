import { createFakeWorker } from '../stand-ins/worker/fake-worker.ts';

/** A worker in its own process that answers every production at once. Its token is that of the stand-in. */
const worker = await createFakeWorker({
  concurrency: Number(process.env.CONCURRENCY),
  store: 'imgur',
  port: Number(process.env.PORT),
});
worker.isAutomatic = true;
