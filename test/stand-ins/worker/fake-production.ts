import { EventEmitter, on } from 'node:events';
import type { GenerationResult } from '../../../shared/contract/generation.ts';
import type { Production, ProductionEvent } from '../../../shared/contract/wire.ts';
import type { ErrorRecord } from '../../../shared/errors.ts';

/** A production that a test controls, by whatever way it reached its worker. */

export interface FakeProduction {
  readonly production: Production;
  /** Aborts if the gateway gives it up before the end. */
  readonly left: AbortSignal;
  send(event: ProductionEvent): void;
  finish(change?: Partial<GenerationResult>): void;
  fail(error: ErrorRecord): void;
  /** Ends it as a dying process would. */
  breakOff(): void;
}

export interface FakeProductions {
  readonly all: readonly FakeProduction[];
  add(production: FakeProduction): void;
  /** Resolves with production number `index` (from 0) as soon as it has come. */
  at(index: number, patienceMs?: number): Promise<FakeProduction>;
}

const PATIENCE_MS = 60_000;

export function createFakeProductions(): FakeProductions {
  const arrivals = new EventEmitter();
  const all: FakeProduction[] = [];
  return {
    all,
    add: (production) => {
      all.push(production);
      arrivals.emit('production');
    },
    at: async (index, patienceMs = PATIENCE_MS) => {
      const signal = Number.isFinite(patienceMs) ? AbortSignal.timeout(patienceMs) : new AbortController().signal;
      const arrived = on(arrivals, 'production', { signal });
      try {
        for (let found = all[index]; ; found = all[index]) {
          if (found !== undefined) return found;
          await arrived.next();
        }
      } finally {
        await arrived.return?.();
      }
    },
  };
}

export const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

export function toFakeResult({ jobId, request }: Production, store: string): GenerationResult {
  const pictures = Array.from({ length: request.count }, (_, index) => ({
    id: `${jobId}-${index}`,
    ...(request.deliver === 'url' && { url: toUrl(`${jobId}-${index}`, store), store, deleteToken: `delete-${index}` }),
    width: 768,
    height: 768,
    seed: request.seed + index,
    mediaType: 'image/png' as const,
  }));
  return { engine: 'fake', pictures, warnings: [], attempts: [], timings: { generate: 5, upload: 1 } };
}

/** Port 9 does not answer, like a host that is down. */
const toUrl = (id: string, store: string): string =>
  store === 'disk' ? `/images/${id}.png` : `http://127.0.0.1:9/${id}.png`;
