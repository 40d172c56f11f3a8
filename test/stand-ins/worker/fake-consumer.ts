import type { ProductionEvent, Removal } from '../../../shared/contract/wire.ts';
import { createRedisBackend } from '../../../shared/queue/redis/backend.ts';
import { createLog } from '../../../shared/service/log.ts';
import { systemClock } from '../../../shared/wait.ts';
import { createQueueConsumer, type QueueConsumer } from '../../../worker/intake/queue-consumer.ts';
import {
  createFakeProductions,
  type FakeProduction,
  type FakeProductions,
  PNG,
  toFakeResult,
} from './fake-production.ts';

const KEEP_MS = 3_600_000;

/** The real consumer of the shared queue, with productions that a test controls. */
export interface FakeConsumer {
  readonly productions: FakeProductions;
  readonly removals: readonly Removal[];
  isAutomatic: boolean;
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

interface FakeConsumerOptions {
  readonly redisUrl: string;
  readonly concurrency: number;
  readonly name?: string;
  readonly lockMs?: number;
}

export async function createFakeConsumer({
  redisUrl,
  concurrency,
  name = 'fake',
  lockMs,
}: FakeConsumerOptions): Promise<FakeConsumer> {
  const productions = createFakeProductions();
  const removals: Removal[] = [];
  const log = createLog({ service: 'test', level: 'silent' });
  const backend = createRedisBackend({ url: redisUrl, keepMs: KEEP_MS, clock: systemClock, log });
  const consumer: QueueConsumer = createQueueConsumer({
    backend,
    workerTokens: ['a token'],
    name,
    concurrency,
    observer: { taken: () => undefined },
    productions: {
      follow: (production, listener) => {
        const left = new AbortController();
        const send = (event: ProductionEvent): void => {
          if (!left.signal.aborted) listener(event);
        };
        const cut = { type: 'error', error: { code: 'worker_unavailable', message: 'the worker died' } } as const;
        const one: FakeProduction = {
          production,
          left: left.signal,
          send,
          finish: (change) => send({ type: 'result', result: { ...toFakeResult(production, 'imgur'), ...change } }),
          fail: (error) => send({ type: 'error', error }),
          breakOff: () => send(cut),
        };
        productions.add(one);
        if (fake.isAutomatic) queueMicrotask(() => one.finish());
        return () => left.abort();
      },
    },
    readPicture: async () => ({ bytes: PNG }),
    removePicture: async (removal) => void removals.push(removal),
    status: async () => ({ engines: [], stores: [], problems: [] }),
    clock: systemClock,
    log,
    lockMs,
  });
  let stopped: Promise<void> | undefined;
  const fake: FakeConsumer = {
    productions,
    removals,
    isAutomatic: false,
    start: consumer.start,
    stop: (graceMs) => {
      stopped ??= consumer.stop(graceMs);
      return stopped;
    },
  };
  return fake;
}
