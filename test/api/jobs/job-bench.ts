import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs, type JobsOptions } from '../../../api/jobs/index.ts';
import type { JobModule } from '../../../api/jobs/job.ts';
import { createLog } from '../../../shared/service/log.ts';
import { systemClock } from '../../../shared/wait.ts';
import { createFakeWorker, type FakeWorker } from '../../stand-ins/worker/fake-worker.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

/** A job module with its own folder and a fake worker. */

export interface JobBench {
  readonly jobs: JobModule;
  readonly worker: FakeWorker;
  readonly dataDirectory: string;
  /** Replaces the module and keeps folder and worker, like a restart of the gateway. */
  restart(): Promise<JobModule>;
  /** Stops only the gateway. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

type Change = Partial<Omit<JobsOptions, 'settings'>> & { settings?: Partial<JobsOptions['settings']> };
type WorkerOptions = Parameters<typeof createFakeWorker>[0];

export async function createJobBench(change: Change = {}, workerOptions: WorkerOptions = {}): Promise<JobBench> {
  const worker = await createFakeWorker(workerOptions);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'easel-jobs-'));
  const start = (): Promise<JobModule> =>
    createJobs({
      policy: () => undefined,
      encodeJob: (job) => ({ job_id: job.id, status: job.status }),
      clock: systemClock,
      log: createLog({ service: 'test', level: 'silent' }),
      ...change,
      settings: {
        WORKER_URL: [worker.url],
        WORKER_TOKEN: [worker.token],
        MAX_WAITING: 100,
        CACHE_TTL_SECONDS: 3600,
        DATA_DIR: dataDirectory,
        ...change.settings,
      },
    });
  let jobs = await start();
  let isRunning = true;
  const stop = async (): Promise<void> => {
    if (isRunning) await jobs.stop({ graceMs: 0 });
    isRunning = false;
  };
  return {
    get jobs() {
      return jobs;
    },
    worker,
    dataDirectory,
    restart: async () => {
      await stop();
      jobs = await start();
      isRunning = true;
      return jobs;
    },
    stop,
    close: async () => {
      await stop();
      await worker.close();
      await removeDirectory(dataDirectory);
    },
  };
}
