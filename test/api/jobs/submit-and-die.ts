import { createJobs } from '../../../api/jobs/index.ts';
import { createLog } from '../../../shared/service/log.ts';
import { systemClock } from '../../../shared/wait.ts';
import { draft, options } from './drafts.ts';

// A gateway that accepts jobs until it is killed. It prints the id of each accepted job.
const [, , dataDirectory = '', workerUrl = '', workerToken = '', name = ''] = process.argv;
const jobs = await createJobs({
  settings: {
    WORKER_URL: [workerUrl],
    WORKER_TOKEN: [workerToken],
    MAX_WAITING: 10_000,
    CACHE_TTL_SECONDS: 3600,
    DATA_DIR: dataDirectory,
  },
  policy: () => undefined,
  encodeJob: (job) => job.id,
  clock: systemClock,
  log: createLog({ service: 'test', level: 'silent' }),
});
for (let seed = 0; ; seed++) {
  const job = await jobs.submit(draft({ prompt: name, seed }), options({ asynchronous: true }));
  await new Promise((resolve) => process.stdout.write(`${job.id}\n`, resolve));
}
