import { join } from 'node:path';
import type { Express } from 'express';
import type { Logger } from '../shared/log.ts';
import type { Clock } from '../shared/wait.ts';
import { createApp } from './app.ts';
import { createBreaker } from './breaker.ts';
import type { BrowserPages } from './browser/pages.ts';
import { createDeliver } from './deliver.ts';
import type { Engine } from './engines/engine.ts';
import { createPainter } from './paint.ts';
import { createProduce } from './produce.ts';
import { createProductions } from './productions.ts';
import type { QueueConsumer, QueueConsumerOptions } from './queue.ts';
import { createRemove } from './removals.ts';
import { createReport } from './report.ts';
import { createShelf } from './shelf.ts';
import { createSlots } from './slots.ts';
import type { Store } from './stores/store.ts';

export interface WorkerOptions {
  readonly token: string;
  readonly version: string;
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly engineTimeoutMs: number;
  /** Of one picture to one store; left out: a minute. */
  readonly uploadTimeoutMs?: number | undefined;
  /** Absolute. */
  readonly dataDirectory: string;
  /** In order of preference. */
  readonly engines: readonly Engine[];
  readonly stores: readonly Store[];
  readonly isTrained: (engine: string) => boolean;
  readonly pages: BrowserPages;
  /** With REDIS_URL or POSTGRES_URL: takes jobs from the shared queue too. */
  readonly createQueue?: ((parts: QueueParts) => QueueConsumer) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the shared queue's consumer needs of a worker. */
export type QueueParts = Pick<QueueConsumerOptions, 'productions' | 'readPicture' | 'removePicture' | 'status'>;

export interface Worker {
  readonly app: Express;
  /** Gets engines ready before the first request. */
  start(): Promise<void>;
  /** Takes no more work, lets what runs end within the grace, then stops engines and browser. */
  stop(graceMs: number): Promise<void>;
}

/** The whole worker but for its server and its process, wired by hand. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, log, pages } = options;
  const engines = options.engines.map((engine) => ({ name: engine.name, engine, breaker: createBreaker(clock) }));
  const stores = options.stores.map((store) => ({ name: store.name, store, breaker: createBreaker(clock) }));
  const shelf = createShelf({ directory: join(options.dataDirectory, 'shelf'), clock });
  const painter = createPainter({ ...options, shelf });
  const deliver = createDeliver({ ...options, stores, shelf });
  const produce = createProduce({ ...options, engines, painter, deliver });
  const slots = createSlots(options);
  const productions = createProductions({ produce, slots, clock, log });
  const report = createReport({ ...options, slots, productions, engines, stores });
  const parts = { productions, readPicture: shelf.read, removePicture: createRemove(options.stores, shelf) };
  const app = createApp({ ...options, ...report, ...parts });
  const queue = options.createQueue?.({ ...parts, status: report.status });

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
      await forEachEngine('start');
      await queue?.start();
    },
    async stop(graceMs) {
      await Promise.all([queue?.stop(graceMs), productions.stop(graceMs)]);
      await forEachEngine('stop');
      await pages.stop();
    },
  };
}
