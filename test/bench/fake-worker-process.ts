import { createFakeWorker } from '../stand-ins/worker/fake-worker.ts';

/** A worker that answers every production at once, in a process of its own. Its token is the stand-in's. */
const worker = await createFakeWorker({
  concurrency: Number(process.env.CONCURRENCY),
  store: 'imgur',
  port: Number(process.env.PORT),
});
worker.isAutomatic = true;
