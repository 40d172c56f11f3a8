import type { EngineStatus } from '../../shared/contract/wire.ts';
import { addCount, createServiceMetrics, type ServiceMetrics } from '../../shared/telemetry/metrics.ts';
import type { BrowserStatus } from '../browser/pages.ts';
import type { Outcome, ProductionEnd, UpstreamCall } from '../production/observer.ts';

/** What the worker counts. Labels are names of engines, stores, stages and outcomes: never a caller's words. */

export interface WorkerCounts {
  calledUpstream(call: UpstreamCall, outcome: Outcome): void;
  ended(end: ProductionEnd): void;
  waited(milliseconds: number): void;
}

/** Values that are read at each scrape. */
export interface WorkerReadings {
  readonly waiting: () => number;
  /** Engines of the productions that run now, once for each. */
  readonly runningEngines: () => readonly string[];
  readonly engines: () => readonly EngineStatus[];
  readonly stores: () => readonly EngineStatus[];
  readonly browser: () => BrowserStatus;
  /** By the worker's own server, to gateways. */
  readonly bytesSent: () => number;
}

const NO_ENGINE = 'none';
const STATES: Readonly<Record<EngineStatus['state'], number>> = { ready: 0, trying: 1, resting: 2 };
const STATE_HELP = '0: it serves; 1: it is tried again after a rest; 2: it rests after failures.';
const MEGABYTE = 1024 * 1024;

export function createWorkerMetrics(
  version: string,
  read: WorkerReadings,
): { readonly metrics: ServiceMetrics; readonly counts: WorkerCounts } {
  const metrics = createServiceMetrics({ service: 'worker', version });
  addReadings(metrics, read);
  addCount(metrics, 'easel_browser_restarts_total', 'Chromiums in service that were replaced.', ['reason'], () =>
    Object.entries(read.browser().replaced ?? {}).map(([reason, value]) => ({ labels: { reason }, value })),
  );
  const jobs = metrics.counter('easel_jobs_total', 'Jobs that ended at the worker: `done` or an error code.', [
    'engine',
    'outcome',
  ]);
  const stages = metrics.histogram('easel_stage_seconds', 'Time of one job in one stage.', ['stage', 'engine']);
  const waits = metrics.histogram('easel_queue_wait_seconds', 'From a request until a worker began its run.');
  const engineResults = metrics.counter('easel_engine_results_total', 'Calls of engines, by how they ended.', [
    'engine',
    'outcome',
  ]);
  const storeResults = metrics.counter('easel_store_results_total', 'Uploads to stores, by how they ended.', [
    'store',
    'outcome',
  ]);
  let bytesToStores = 0;
  addCount(metrics, 'easel_bytes_out_total', 'Bytes sent: answers, and pictures that stores took.', ['to'], () => [
    { labels: { to: 'gateway' }, value: read.bytesSent() },
    { labels: { to: 'store' }, value: bytesToStores },
  ]);

  const counts: WorkerCounts = {
    calledUpstream({ kind, name, bytes = 0 }, outcome) {
      if (kind === 'engine') engineResults.inc({ engine: name, outcome });
      else storeResults.inc({ store: name, outcome });
      if (outcome === 'done') bytesToStores += bytes;
    },
    ended({ engine = NO_ENGINE, outcome, timings }) {
      jobs.inc({ engine, outcome });
      for (const [stage, ms] of Object.entries(timings)) stages.observe({ stage, engine }, ms / 1000);
    },
    waited: (milliseconds) => waits.observe(milliseconds / 1000),
  };
  return { metrics, counts };
}

function addReadings({ gauge }: ServiceMetrics, read: WorkerReadings): void {
  gauge('easel_queue_depth', 'Work that waits: for a worker at the gateway, for a slot at the worker.', [], () => [
    { labels: {}, value: read.waiting() },
  ]);
  gauge('easel_jobs_running', 'Jobs in work, by the engine that is asked.', ['engine'], () => {
    const running = read.runningEngines();
    const names = new Set([...read.engines().map(({ name }) => name), ...running]);
    return [...names].map((engine) => ({
      labels: { engine },
      value: running.filter((name) => name === engine).length,
    }));
  });
  gauge('easel_engine_state', STATE_HELP, ['engine'], () =>
    read.engines().map(({ name, state }) => ({ labels: { engine: name }, value: STATES[state] })),
  );
  gauge('easel_store_state', STATE_HELP, ['store'], () =>
    read.stores().map(({ name, state }) => ({ labels: { store: name }, value: STATES[state] })),
  );
  const quota = 'What is left of the free allowance, if the service reports it.';
  gauge('easel_engine_quota_remaining', quota, ['engine', 'unit'], () =>
    read.engines().map((engine) => ({
      labels: { engine: engine.name, unit: 'requests' },
      value: engine.quotaRemaining,
    })),
  );
  gauge('easel_store_quota_remaining', quota, ['store', 'unit'], () =>
    read.stores().map((store) => ({ labels: { store: store.name, unit: 'uploads' }, value: store.quotaRemaining })),
  );
  gauge('easel_browser_memory_bytes', 'Worker and Chromium together, as last measured.', [], () => {
    const { memoryMb } = read.browser();
    return [{ labels: {}, value: memoryMb === undefined ? undefined : memoryMb * MEGABYTE }];
  });
}
