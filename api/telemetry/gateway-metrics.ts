import type { Answered } from '../../shared/net/request-log.ts';
import { addCount, createServiceMetrics, type ServiceMetrics } from '../../shared/telemetry/metrics.ts';
import type { WorkerState } from '../dispatch/dispatch.ts';
import type { JobsObserver } from '../jobs/observer.ts';

/** The gateway's counters. Labels are names of dialects and codes, never a caller's text. */

export interface GatewayCounts {
  answered(answered: Pick<Answered, 'dialect' | 'code' | 'status' | 'left' | 'durationMs'>): void;
  claimed: JobsObserver['claimed'];
  waited(milliseconds: number): void;
}

/** Values that are read at each scrape. */
export interface GatewayReadings {
  readonly waiting: () => number;
  readonly workers: () => ReadonlyArray<{ readonly state: WorkerState }>;
  readonly bytesSent: () => number;
}

/** Label of routes without a dialect, such as `/health`. */
const NO_DIALECT = 'service';
const WORKER_STATES: readonly WorkerState[] = ['asleep', 'waking', 'starting', 'ready', 'busy', 'unreachable'];

export function createGatewayMetrics(
  version: string,
  read: GatewayReadings,
): { readonly metrics: ServiceMetrics; readonly counts: GatewayCounts } {
  const metrics = createServiceMetrics({ service: 'gateway', version });
  const requests = metrics.counter(
    'easel_requests_total',
    'Answers: `ok`, `accepted` (202), an error code, or `left` where the caller did not wait for it.',
    ['dialect', 'code'],
  );
  const seconds = metrics.histogram('easel_request_seconds', 'Time until an answer was complete.', ['dialect']);
  const hits = metrics.counter('easel_cache_hits_total', 'Requests that a remembered picture answered.');
  const joins = metrics.counter('easel_joins_total', 'Requests that share a run that was in flight already.');
  const waits = metrics.histogram('easel_queue_wait_seconds', 'From a request until a worker began its run.');
  addReadings(metrics, read);
  return {
    metrics,
    counts: {
      answered(answered) {
        const { dialect = NO_DIALECT } = answered;
        requests.inc({ dialect, code: toCode(answered) });
        seconds.observe({ dialect }, answered.durationMs / 1000);
      },
      claimed(how) {
        if (how === 'remembered') hits.inc();
        if (how === 'joined') joins.inc();
      },
      waited: (milliseconds) => waits.observe(milliseconds / 1000),
    },
  };
}

const ACCEPTED = 202;

function toCode({ code, status, left }: Pick<Answered, 'code' | 'status' | 'left'>): string {
  if (code !== undefined) return code;
  if (left) return 'left';
  return status === ACCEPTED ? 'accepted' : 'ok';
}

function addReadings(metrics: ServiceMetrics, read: GatewayReadings): void {
  const depth = 'Work that waits: for a worker at the gateway, for a slot at the worker.';
  metrics.gauge('easel_queue_depth', depth, [], () => [{ labels: {}, value: read.waiting() }]);
  metrics.gauge('easel_workers', 'Workers that the gateway knows, by their state.', ['state'], () =>
    WORKER_STATES.map((state) => ({
      labels: { state },
      value: read.workers().filter((worker) => worker.state === state).length,
    })),
  );
  addCount(metrics, 'easel_bytes_out_total', 'Bytes sent: answers, and pictures that stores took.', ['to'], () => [
    { labels: { to: 'client' }, value: read.bytesSent() },
  ]);
}
