import type { EngineStatus, WorkerHealth, WorkerStatus } from '../../shared/contract/wire.ts';
import { isWritable } from '../../shared/files/data-directory.ts';
import type { Clock } from '../../shared/wait.ts';
import { createHealthCheck } from '../browser/lifecycle/health-check.ts';
import type { BrowserPages } from '../browser/pages.ts';
import type { Productions } from '../intake/productions.ts';
import type { Slots } from '../intake/slots.ts';
import type { StoreCandidate } from './deliver.ts';
import type { EngineCandidate } from './plan.ts';

interface ReportOptions {
  readonly version: string;
  readonly instance?: string | undefined;
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly slots: Slots;
  readonly productions: Pick<Productions, 'isStopping'>;
  readonly engines: readonly EngineCandidate[];
  readonly stores: readonly StoreCandidate[];
  readonly pages: Pick<BrowserPages, 'isHealthy' | 'status'>;
  /** Absolute path. */
  readonly dataDirectory: string;
  readonly clock: Clock;
}

/** Sent to gateways and shown at /health. */
const BROWSER_FAILS = 'cannot start its browser, or gets no answer from it';
const DIRECTORY_FAILS = 'cannot write to its DATA_DIR';

/** What the worker reports about itself. Nothing here starts a browser. */
export function createReport(options: ReportOptions) {
  const { slots, productions, pages, engines, stores, version, instance, concurrency, maxWaiting, clock } = options;
  const canWrite = createHealthCheck({ clock, examine: () => isWritable(options.dataDirectory) });

  /** A browser with jobs is not pinged: on a small machine it may answer late, and its jobs have deadlines of their own. */
  async function checkBrowser(): Promise<boolean> {
    return slots.running > 0 ? pages.status().state !== 'failed' : pages.isHealthy();
  }

  async function findProblems(): Promise<string[]> {
    const [isBrowserHealthy, isDirectoryWritable] = await Promise.all([checkBrowser(), canWrite()]);
    return [...(isBrowserHealthy ? [] : [BROWSER_FAILS]), ...(isDirectoryWritable ? [] : [DIRECTORY_FAILS])];
  }

  async function health(): Promise<WorkerHealth> {
    const { running, waiting } = slots;
    const problems = await findProblems();
    const status = productions.isStopping ? 'stopping' : problems.length === 0 ? 'healthy' : 'unhealthy';
    const load = { running, waiting, concurrency, maxWaiting };
    return { status, service: 'easel-worker', version, instance, problems, ...load };
  }

  const engineStatuses = (): EngineStatus[] =>
    engines.map(({ name, breaker, engine }) => ({
      name,
      ...breaker.status(),
      quotaRemaining: engine.quotaRemaining?.(),
      quotaResetsAt: engine.quotaResetsAt?.(),
      sendsPromptsTo: engine.serviceUrl === undefined ? undefined : new URL(engine.serviceUrl).host,
    }));

  const storeStatuses = (): EngineStatus[] =>
    stores.map(({ name, breaker, store }) => ({
      name,
      ...breaker.status(),
      quotaRemaining: store.quotaRemaining?.(),
      quotaResetsAt: store.quotaResetsAt?.(),
    }));

  async function status(): Promise<WorkerStatus> {
    return { ...(await health()), engines: engineStatuses(), stores: storeStatuses(), browser: pages.status() };
  }

  return { health, status, engineStatuses, storeStatuses };
}
