import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs } from '../../api/jobs/index.ts';
import { createLog } from '../../shared/service/log.ts';
import { systemClock } from '../../shared/wait.ts';
import type { WorkerOptions } from '../../worker/worker.ts';
import { startGateway } from '../api/gateway.ts';
import { openFrontDoor, TOKEN } from '../worker/front-door.ts';

/** Gateway and worker in this process, wired as their `main.ts` do, with plug-ins and a clock of the test's own. */
export interface InProcess {
  readonly url: string;
  /** What both logged so far. */
  readonly log: () => string;
  /** Moves the worker's clock: rests pass, while waits take their own time. */
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

type InProcessOptions = Pick<WorkerOptions, 'engines'> &
  Partial<Pick<WorkerOptions, 'stores' | 'pages' | 'engineTimeoutMs' | 'uploadTimeoutMs' | 'patienceMs'>>;

const WAIT_BUDGET_MS = 120_000;

export async function startInProcess(
  wire: (world: { readonly now: () => number; readonly dataDirectory: string }) => InProcessOptions,
): Promise<InProcess> {
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'easel-e2e-'));
  const parts = wire({ now: clock.now, dataDirectory });
  const worker = await openFrontDoor({ ...parts, clock, dataDirectory });
  const lines: string[] = [];
  const log = createLog({ service: 'gateway', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const jobs = await createJobs({
    settings: {
      WORKER_URL: [worker.url],
      WORKER_TOKEN: [TOKEN],
      MAX_WAITING: 100,
      CACHE_TTL_SECONDS: 3600,
      DATA_DIR: dataDirectory,
    },
    policy: () => undefined,
    encodeJob: () => ({}),
    clock: systemClock,
    log,
  });
  const gateway = await startGateway({ jobs, dataDirectory, waitBudgetMs: WAIT_BUDGET_MS });

  return {
    url: gateway.url,
    log: () => [...lines, ...gateway.logged, worker.log()].join(''),
    advance(milliseconds) {
      aheadMs += milliseconds;
    },
    async close() {
      await gateway.stop();
      await jobs.stop({ graceMs: 0 });
      await worker.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
