import type { Stage } from '../../shared/contract/generation.ts';
import type { Span } from '../../shared/telemetry/otlp.ts';
import { drawSpanId, type SpanContext, toSpanContext } from '../../shared/telemetry/trace-context.ts';
import type { Traces } from '../../shared/telemetry/traces.ts';
import type { Clock } from '../../shared/wait.ts';
import type { ProductionEnd, ProductionObserver, ProductionWatch } from '../production/observer.ts';
import type { WorkerCounts } from './worker-metrics.ts';

interface ObserveOptions {
  readonly counts: WorkerCounts;
  readonly traces: Traces | undefined;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

export interface WorkerObserver extends ProductionObserver {
  /** Engines of the productions that run now, once for each production. */
  runningEngines(): readonly string[];
}

/** Stages in which a production holds no slot. */
const WAITING: ReadonlySet<Stage> = new Set(['queue', 'waiting']);

/** Turns the worker's reports of its work into counts and spans. */
export function createWorkerObserver({ counts, traces, clock }: ObserveOptions): WorkerObserver {
  const running = new Map<ProductionWatch, { stage: Stage; engine: string }>();

  /** From now on. `times` answers the span's times, whose difference is right even if the clock is set right meanwhile. */
  function startTimer() {
    const [startedAt, from] = [clock.now(), clock.elapsed()];
    const times = () => ({ startedAt, endedAt: startedAt + clock.elapsed() - from });
    return { times };
  }
  type Timer = ReturnType<typeof startTimer>;

  function record(
    own: SpanContext,
    facts: Pick<Span, 'name' | 'kind' | 'startedAt' | 'endedAt'> & Partial<Span>,
  ): void {
    traces?.record({ attributes: {}, ...own, ...facts });
  }

  const below = ({ traceId, spanId, isSampled }: SpanContext): SpanContext => {
    return { traceId, spanId: drawSpanId(), parentSpanId: spanId, isSampled };
  };

  function begin({ runId, trace }: Parameters<ProductionObserver['begin']>[0]): ProductionWatch {
    const own = toSpanContext(trace.traceparent);
    const timer = startTimer();
    let current: { stage: Stage; engine: string; timer: Timer } | undefined;

    function leaveStage(): void {
      if (current === undefined) return;
      const { stage, engine, timer } = current;
      const attributes = { 'easel.engine': engine };
      record(below(own), { name: stage, kind: 'internal', ...timer.times(), attributes });
    }

    function close(outcome: string, { engine, error }: Pick<ProductionEnd, 'engine'> & { error?: string | undefined }) {
      leaveStage();
      running.delete(watch);
      const attributes = { 'easel.run': runId, 'easel.engine': engine, 'easel.outcome': outcome };
      record(own, { name: 'production', kind: 'consumer', ...timer.times(), attributes, error });
    }

    const watch: ProductionWatch = {
      progress({ stage, engine = current?.engine ?? 'none' }) {
        if (current?.stage === stage && current.engine === engine) return;
        leaveStage();
        current = { stage, engine, timer: startTimer() };
        running.set(watch, current);
      },
      calling(call) {
        const timer = startTimer();
        return (outcome) => {
          counts.calledUpstream(call, outcome);
          record(below(own), {
            name: `${call.kind} ${call.name}`,
            kind: 'internal',
            ...timer.times(),
            attributes: { [`easel.${call.kind}`]: call.name, 'easel.outcome': outcome, 'easel.bytes': call.bytes },
            ...(outcome !== 'done' && { error: outcome }),
          });
        };
      },
      ended(end) {
        counts.ended(end);
        const { outcome, engine } = end;
        close(outcome, { engine, error: outcome === 'done' ? undefined : outcome });
      },
      postponed: () => close('postponed', { engine: current?.engine }),
    };
    return watch;
  }

  return {
    begin,
    taken({ createdAt, trace }, startedAt) {
      counts.waited(Math.max(0, startedAt - createdAt));
      record(toSpanContext(trace.traceparent), {
        name: 'queue wait',
        kind: 'internal',
        startedAt: createdAt,
        endedAt: startedAt,
      });
    },
    runningEngines: () => [...running.values()].filter(({ stage }) => !WAITING.has(stage)).map(({ engine }) => engine),
  };
}
