import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RequestHandler } from 'express';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The metrics that both services have, and how one is made. prom-client's own default metrics are left out: with them a
 * process takes 25 MB more.
 */

export interface ServiceMetrics {
  /** Every metric has the label `service`. */
  readonly registry: Registry;
  counter<Label extends string>(name: string, help: string, labelNames?: readonly Label[]): Counter<Label>;
  /** In seconds. */
  histogram<Label extends string>(name: string, help: string, labelNames?: readonly Label[]): Histogram<Label>;
  /** Read when it is scraped. Readings that are undefined are left out. */
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: () => readonly Reading<Label>[],
  ): void;
}

export interface Reading<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly value: number | undefined;
}

interface ServiceMetricsOptions {
  readonly service: 'gateway' | 'worker';
  readonly version: string;
}

const BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300];
const LAG_RESOLUTION_MS = 20;

export function createServiceMetrics({ service, version }: ServiceMetricsOptions): ServiceMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];

  const metrics: ServiceMetrics = {
    registry,
    counter: (name, help, labelNames = []) => new Counter({ name, help, labelNames: [...labelNames], registers }),
    histogram: (name, help, labelNames = []) =>
      new Histogram({ name, help, labelNames: [...labelNames], buckets: BUCKETS_SECONDS, registers }),
    gauge: (name, help, labelNames, read) => {
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        collect() {
          this.reset();
          // After a reset a gauge without labels is 0, which would be a reading too.
          if (labelNames.length === 0) this.remove();
          for (const { labels, value } of read()) if (value !== undefined) this.set({ ...labels }, value);
        },
      });
    },
  };
  addProcessMetrics(metrics, version);
  return metrics;
}

function addProcessMetrics(metrics: ServiceMetrics, version: string): void {
  metrics.gauge('easel_build_info', 'Always 1; the label is the version.', ['version'], () => [
    { labels: { version }, value: 1 },
  ]);
  metrics.gauge('easel_memory_bytes', 'Resident memory of the process itself.', [], () => [
    { labels: {}, value: process.memoryUsage.rss() },
  ]);
  const readLag = createLagReader();
  metrics.gauge(
    'easel_event_loop_lag_seconds',
    'The longest that a timer came late since the last scrape; 0 at the first.',
    [],
    () => [{ labels: {}, value: readLag() }],
  );
  addCount(metrics, 'easel_awake_seconds_total', 'Seconds since the process started.', [], () => [
    { labels: {}, value: process.uptime() },
  ]);
}

/** A counter whose sum is kept elsewhere, and read when it is scraped. */
export function addCount<Label extends string>(
  { registry }: ServiceMetrics,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: () => readonly Reading<Label>[],
): void {
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of read()) if (value !== undefined) this.inc({ ...labels }, value);
    },
  });
}

/** Measures from the first scrape on, so that it costs nothing without scrapes. */
function createLagReader(): () => number {
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  return () => {
    if (delay === undefined) {
      delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
      delay.enable();
      return 0;
    }
    const lateMs = delay.count === 0 ? 0 : delay.max / 1e6 - LAG_RESOLUTION_MS;
    delay.reset();
    return Math.max(0, lateMs) / 1000;
  };
}

/** Prometheus' text format. Who may read it is decided before. */
export const answerMetrics =
  ({ registry }: ServiceMetrics): RequestHandler =>
  async (_request, response) => {
    const text = await registry.metrics();
    response.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).send(text);
  };
