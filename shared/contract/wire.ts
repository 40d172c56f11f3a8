import { z } from 'zod';
import type { ErrorRecord } from '../errors.ts';
import { type GenerationResult, generationRequestSchema, type ProgressEvent } from './generation.ts';

/**
 * What gateway and worker say to each other. Every route but health asks for the bearer secret WORKER_TOKEN.
 *
 * POST /productions     Production -> 200, newline-delimited JSON of ProductionEvent; the last line is `result` or
 *                       `error`. Refused before it starts: a plain JSON ErrorRecord with the error's status.
 *                       Closing the connection cancels. The same jobId while running joins, never runs twice.
 * GET /pictures/{id}    bytes of a finished picture, kept for a while
 * POST /removals        Removal -> 204; removes the hosted copy
 * GET /health           WorkerHealth, without the secret
 * GET /status           WorkerStatus
 */

export const productionSchema = z.strictObject({
  /** At most once at a time, and the root of the picture ids: a repeated run makes no second picture. */
  jobId: z.string().min(1).max(200),
  request: generationRequestSchema,
  /** Milliseconds left of the job's whole deadline. */
  timeoutMs: z.int().min(1).optional(),
  /** A caller's own token for one engine, keyed by engine name: in memory only, never logged, never stored. */
  credentials: z.record(z.string(), z.string()).optional(),
});
export type Production = z.infer<typeof productionSchema>;

export type ProductionEvent =
  | ({ readonly type: 'progress' } & ProgressEvent)
  /** Nothing new: keeps proxies from closing a quiet connection. */
  | { readonly type: 'alive' }
  | { readonly type: 'result'; readonly result: GenerationResult }
  | { readonly type: 'error'; readonly error: ErrorRecord };

export const removalSchema = z.strictObject({
  store: z.string(),
  pictureId: z.string(),
  url: z.string(),
  deleteToken: z.string().optional(),
});
export type Removal = z.infer<typeof removalSchema>;

export interface WorkerHealth {
  readonly status: 'healthy' | 'starting' | 'stopping' | 'unhealthy';
  readonly service: 'easel-worker';
  readonly version: string;
  /** As `npm start` named it, to know its own child by. */
  readonly instance?: string | undefined;
  readonly running: number;
  readonly waiting: number;
  readonly concurrency: number;
  readonly maxWaiting: number;
}

export interface EngineStatus {
  readonly name: string;
  readonly state: 'ready' | 'resting' | 'trying';
  readonly lastErrorCode?: string | undefined;
  readonly restRemainingMs?: number | undefined;
  /** 0 to 1 over recent calls. */
  readonly successRate?: number | undefined;
  readonly medianMs?: number | undefined;
  readonly quotaRemaining?: number | undefined;
}

export interface WorkerStatus extends WorkerHealth {
  readonly engines: readonly EngineStatus[];
  readonly stores: readonly EngineStatus[];
  readonly browser: { readonly state: string; readonly memoryMb?: number | undefined; readonly jobs: number };
}
