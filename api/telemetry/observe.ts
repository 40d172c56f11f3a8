import type { EngineStatus } from '../../shared/contract/wire.ts';
import type { Answered } from '../../shared/net/request-log.ts';
import { toSpanContext } from '../../shared/telemetry/trace-context.ts';
import type { Traces } from '../../shared/telemetry/traces.ts';
import type { JobsObserver } from '../jobs/observer.ts';
import type { GatewayCounts } from './gateway-metrics.ts';
import type { History } from './history.ts';

interface ObserveOptions {
  readonly counts: GatewayCounts;
  readonly traces: Traces | undefined;
  readonly history: Pick<History, 'note' | 'claimed'>;
  /** Engines by the workers' last reports. */
  readonly engines: () => readonly EngineStatus[];
}

export interface GatewayObserver extends JobsObserver {
  answered(answered: Answered): void;
}

/** A probe or a scrape every few seconds would fill the traces. */
const WITHOUT_SPAN: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/** Turns the gateway's reports of its work into counts, spans and the history of the status page. */
export function createGatewayObserver({ counts, traces, history, engines }: ObserveOptions): GatewayObserver {
  return {
    answered(answered) {
      counts.answered(answered);
      if (traces === undefined || WITHOUT_SPAN.has(answered.path)) return;
      const { span, method, path, status, startedAt, durationMs, code, left } = answered;
      traces.record({
        ...span,
        name: `${method} ${path}`,
        kind: 'server',
        startedAt,
        endedAt: startedAt + durationMs,
        attributes: {
          'http.request.method': method,
          'http.route': path,
          'http.response.status_code': status,
          'easel.request': answered.requestId,
          'easel.dialect': answered.dialect,
          'easel.job': answered.job,
          'easel.cache': answered.cache,
          'easel.engine': answered.engine,
          'easel.key_name': answered.keyName,
          'easel.left': left || undefined,
        },
        // By OpenTelemetry's conventions a client's mistake is no error of a server's span.
        error: status >= 500 ? (code ?? 'internal') : undefined,
      });
    },
    claimed(how) {
      counts.claimed(how);
      history.claimed(how);
    },
    waited({ createdAt, trace }, until) {
      counts.waited(Math.max(0, until - createdAt));
      traces?.record({
        ...toSpanContext(trace.traceparent),
        name: 'queue wait',
        kind: 'internal',
        startedAt: createdAt,
        endedAt: until,
        attributes: {},
      });
    },
    ended(end) {
      const resting = engines().filter(({ state }) => state === 'resting');
      history.note(
        end,
        resting.map(({ name }) => name),
      );
    },
  };
}
