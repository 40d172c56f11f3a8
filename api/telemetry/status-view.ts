import type { EngineStatus } from '../../shared/contract/wire.ts';
import type { JobsStatus } from '../jobs/job.ts';
import type { StatusView } from '../page/status/view.ts';
import type { History } from './history.ts';
import type { UsageCount } from './usage.ts';

interface StatusViewOptions {
  readonly version: string;
  readonly status: () => JobsStatus;
  readonly history: History;
  readonly usage: Pick<UsageCount, 'now'>;
}

/** What the gateway knows of itself and of its workers. Nothing here asks or wakes a worker. */
export function createStatusView({ version, status, history, usage }: StatusViewOptions) {
  return (reasons: readonly string[]): StatusView => {
    const { worker, workers, waiting } = status();
    const engines = enginesOf({ workers });
    const bars = history.of(engines.map(({ name }) => name));
    const tookMs = history.lastPicture()?.tookMs;
    const { remembered, requests } = history.claims();
    return {
      ...{ worker, version, reasons, waiting, remembered, requests },
      lastSeconds: tookMs === undefined ? undefined : Math.max(1, Math.round(tookMs / 1000)),
      engines: engines.map((engine, index) => ({ ...engine, bars: bars[index]?.bars ?? [] })),
      stores: merge(workers.map((one) => one.stores ?? [])),
      workers: workers.map(({ name, state, running, concurrency }) => ({ name, state, running, concurrency })),
      usage: usage.now(),
    };
  };
}

const BEST_FIRST: readonly EngineStatus['state'][] = ['ready', 'trying', 'resting'];

/** The engines of all workers, each once. */
export const enginesOf = ({ workers }: Pick<JobsStatus, 'workers'>): readonly EngineStatus[] =>
  merge(workers.map(({ engines = [] }) => engines));

/** Each engine once, in the state of the worker where it is best. */
function merge(lists: ReadonlyArray<readonly EngineStatus[]>): readonly EngineStatus[] {
  const best = new Map<string, EngineStatus>();
  for (const engine of lists.flat()) {
    const known = best.get(engine.name);
    const isBetter = known === undefined || BEST_FIRST.indexOf(engine.state) < BEST_FIRST.indexOf(known.state);
    if (isBetter) best.set(engine.name, engine);
  }
  return [...best.values()];
}
