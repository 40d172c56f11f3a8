import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs } from '../../api/jobs/index.ts';
import { createLog } from '../../shared/service/log.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import type { WorkerOptions } from '../../worker/worker.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { openFrontDoor, TOKEN } from '../worker/front-door.ts';

/** Gateway and worker in this process, wired as in their `main.ts`, with the test's own plug-ins and clock. */
export interface InProcess {
  readonly url: string;
  /** All log lines of both so far. */
  readonly log: () => string;
  /** Advances the worker's clock, so that rests end. Waits still take real time. */
  advance(milliseconds: number): void;
  /** Starts one more gateway on the same jobs. Resolves with its address. */
  addGateway(waitBudgetMs: number): Promise<string>;
  close(): Promise<void>;
}

type Overrides = 'stores' | 'pages' | 'engineTimeoutMs' | 'uploadTimeoutMs' | 'patienceMs' | 'fallbackWithinMs';

/** `clock`: of both services. By default the worker's can be advanced, and the gateway's is the real one. */
type InProcessOptions = Pick<WorkerOptions, 'engines'> & Partial<Pick<WorkerOptions, Overrides | 'clock'>>;

const WAIT_BUDGET_MS = 120_000;

export async function startInProcess(
  wire: (world: { readonly clock: Clock; readonly dataDirectory: string }) => InProcessOptions,
): Promise<InProcess> {
  let aheadMs = 0;
  const ahead = { ...systemClock, now: () => Date.now() + aheadMs, elapsed: () => systemClock.elapsed() + aheadMs };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'easel-e2e-'));
  const parts = wire({ clock: ahead, dataDirectory });
  const worker = await openFrontDoor({ clock: ahead, ...parts, dataDirectory });
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
    clock: parts.clock ?? systemClock,
    log,
  });
  const gateways: TestGateway[] = [];
  async function addGateway(waitBudgetMs: number): Promise<string> {
    const gateway = await startGateway({ jobs, dataDirectory, waitBudgetMs });
    gateways.push(gateway);
    return gateway.url;
  }

  return {
    url: await addGateway(WAIT_BUDGET_MS),
    addGateway,
    log: () => [...lines, ...gateways.flatMap(({ logged }) => logged), worker.log()].join(''),
    advance(milliseconds) {
      aheadMs += milliseconds;
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await jobs.stop({ graceMs: 0 });
      await worker.close();
      await removeDirectory(dataDirectory);
    },
  };
}
