import type { EngineStatus, WorkerHealth, WorkerStatus } from '../../shared/contract/wire.ts';
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
}

/** What the worker says about itself; nothing here starts a browser. */
export function createReport(options: ReportOptions) {
  const { slots, productions, pages, engines, stores, version, instance, concurrency, maxWaiting } = options;

  async function health(): Promise<WorkerHealth> {
    const { running, waiting } = slots;
    // A busy browser may answer late on a small machine, and its job has a deadline of its own: it is not asked.
    const isAlive = running > 0 || (await pages.isHealthy());
    const status = productions.isStopping ? 'stopping' : isAlive ? 'healthy' : 'unhealthy';
    return { status, service: 'easel-worker', version, instance, running, waiting, concurrency, maxWaiting };
  }

  async function status(): Promise<WorkerStatus> {
    return {
      ...(await health()),
      engines: engines.map(({ name, breaker, engine }): EngineStatus => {
        return { name, ...breaker.status(), quotaRemaining: engine.quotaRemaining?.() };
      }),
      stores: stores.map(({ name, breaker, store }): EngineStatus => {
        return { name, ...breaker.status(), quotaRemaining: store.quotaRemaining?.() };
      }),
      browser: pages.status(),
    };
  }

  return { health, status };
}
