import { join } from 'node:path';
import type { Express } from 'express';
import { openKeptPictures } from '../shared/files/kept-files.ts';
import type { Logger } from '../shared/service/log.ts';
import { answerMetrics } from '../shared/telemetry/metrics.ts';
import type { Traces } from '../shared/telemetry/traces.ts';
import type { Clock } from '../shared/wait.ts';
import type { BrowserPages } from './browser/pages.ts';
import type { Engine } from './engines/engine.ts';
import { createApp } from './http/app.ts';
import { createProductions } from './intake/productions.ts';
import type { QueueConsumer, QueueConsumerOptions } from './intake/queue-consumer.ts';
import { createRemove } from './intake/removals.ts';
import { createSlots } from './intake/slots.ts';
import { createConversions } from './picture/conversions.ts';
import { createConverter } from './picture/converter.ts';
import { createBreaker } from './production/breaker.ts';
import { createDeliver } from './production/deliver.ts';
import { createPainter } from './production/painter.ts';
import { createProduce } from './production/produce.ts';
import { createReachability } from './production/reachability.ts';
import { createReport } from './production/report.ts';
import { createShelf } from './production/shelf.ts';
import type { Store } from './stores/store.ts';
import { createWorkerObserver } from './telemetry/observe.ts';
import { createWorkerMetrics } from './telemetry/worker-metrics.ts';

export interface WorkerOptions {
  /** By which operators know this worker, in logs of both services. */
  readonly name: string;
  readonly tokens: readonly string[];
  readonly version: string;
  readonly instance?: string | undefined;
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly engineTimeoutMs: number;
  /** For one picture to one store. Default: one minute. */
  readonly uploadTimeoutMs?: number | undefined;
  /** Pause before an engine that may have failed by chance is asked once more. Default: one second. */
  readonly repeatPauseMs?: number | undefined;
  /** How long a job waits for an engine that is busy or rests. Default: ten minutes. */
  readonly patienceMs?: number | undefined;
  /** After this time the last engine is asked, even if others have not ended. Default: never. */
  readonly fallbackWithinMs?: number | undefined;
  /** Absolute path. */
  readonly dataDirectory: string;
  /** In order of preference. */
  readonly engines: readonly Engine[];
  readonly stores: readonly Store[];
  readonly pages: BrowserPages;
  /** Where spans go. Default: nowhere. */
  readonly traces?: Traces | undefined;
  /** What the worker’s server has sent. Default: not counted. */
  readonly bytesSent?: (() => number) | undefined;
  /** Set with REDIS_URL: takes runs from the shared queue too. */
  readonly createQueue?: ((parts: QueueParts) => QueueConsumer) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the shared queue's consumer needs of a worker. */
export type QueueParts = Pick<
  QueueConsumerOptions,
  'productions' | 'readPicture' | 'removePicture' | 'status' | 'observer'
>;

export interface Worker {
  readonly app: Express;
  /** Gets engines ready before the first request. */
  start(): Promise<void>;
  /** Takes no more work, waits up to the grace period for running productions, then stops engines and browser. */
  stop(graceMs: number): Promise<void>;
}

/** Wires the worker by hand, all but its server and its process. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, log, pages } = options;
  const engines = options.engines.map((engine) => {
    const { name, serviceUrl } = engine;
    const breaker = createBreaker(clock);
    const reachability = createReachability({ name, serviceUrl, breaker, clock, log });
    return { name, engine, breaker, reachability, known: reachability.known };
  });
  const stores = options.stores.map((store) => ({ name: store.name, store, breaker: createBreaker(clock) }));
  const shelf = createShelf({ directory: join(options.dataDirectory, 'shelf'), clock });
  const converter = createConverter(options);
  const conversions = createConversions(converter);
  const painter = createPainter({ ...options, shelf, conversions });
  const keptPictures = openKeptPictures(options.dataDirectory, clock);
  const deliver = createDeliver({ ...options, stores, shelf, conversions, keptPictures });
  const produce = createProduce({ ...options, engines, painter, deliver });
  const slots = createSlots(options);
  const watched = createWorkerMetrics(options.version, {
    waiting: () => slots.waiting,
    runningEngines: () => observer.runningEngines(),
    engines: () => report.engineStatuses(),
    stores: () => report.storeStatuses(),
    browser: () => pages.status(),
    bytesSent: options.bytesSent ?? (() => 0),
  });
  const observer = createWorkerObserver({ counts: watched.counts, traces: options.traces, clock });
  const productions = createProductions({ produce, slots, observer, name: options.name, clock, log });
  const report = createReport({ ...options, slots, productions, engines, stores });
  const parts = { productions, readPicture: shelf.read, removePicture: createRemove(options.stores, shelf) };
  const app = createApp({ ...options, ...report, ...parts, answerMetrics: answerMetrics(watched.metrics) });
  const queue = options.createQueue?.({ ...parts, status: report.status, observer });

  async function forEachEngine(step: 'start' | 'stop'): Promise<void> {
    for (const engine of options.engines) {
      try {
        await engine[step]?.();
      } catch (error) {
        log.warn({ err: error, engine: engine.name }, `an engine did not ${step}`);
      }
    }
  }

  return {
    app,
    async start() {
      for (const { reachability } of engines) reachability.start();
      await forEachEngine('start');
      await queue?.start();
    },
    async stop(graceMs) {
      for (const { reachability } of engines) reachability.stop();
      await Promise.all([queue?.stop(graceMs), productions.stop(graceMs)]);
      await forEachEngine('stop');
      await Promise.all([pages.stop(), converter.stop()]);
    },
  };
}
