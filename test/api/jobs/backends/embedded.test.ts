import { testJobs } from '../../../contracts/jobs.ts';
import { createJobBench } from '../job-bench.ts';

testJobs('a file and HTTP', async ({ maxWaiting = 1000, concurrency = 2 }) => {
  const bench = await createJobBench({ settings: { MAX_WAITING: maxWaiting } }, { concurrency });
  const { worker } = bench;
  return {
    get jobs() {
      return bench.jobs;
    },
    get otherJobs() {
      return bench.jobs;
    },
    productions: worker.productions,
    production: worker.production,
    get isAutomatic() {
      return worker.isAutomatic;
    },
    set isAutomatic(isAutomatic) {
      worker.isAutomatic = isAutomatic;
    },
    removals: worker.removals,
    restart: bench.restart,
    close: bench.close,
  };
});
