import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { isAxiosError } from 'axios';
import { z } from 'zod';
import type { GenerationResult, ProgressEvent } from '../../../shared/contract/generation.ts';
import {
  errorRecordSchema,
  isLastEvent,
  type LastEvent,
  type Production,
  parseProductionEvent,
  WIRE_HEADER,
} from '../../../shared/contract/wire.ts';
import { AppError, ERRORS, type ErrorRecord, fromErrorRecord } from '../../../shared/errors.ts';
import { NEVER_CONNECTED } from '../../../shared/net/http.ts';
import type { Run } from '../../../shared/queue/run.ts';
import { readLines } from './read-lines.ts';

/** Sends one POST /productions and reads the answer to its end. */

/** A worker ends its answer at once. A proxy that holds the end back costs a connection. */
const MAX_END_MS = 2000;

export type ProductionOutcome =
  | { readonly kind: 'result'; readonly result: GenerationResult }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** No engine can serve it now. One may after this time. */
  | { readonly kind: 'postponed'; readonly milliseconds: number }
  /** The worker has no free slot now. */
  | { readonly kind: 'full'; readonly retryAfterMs: number }
  /** It never began: there was no answer, or only that of a proxy. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** It may have begun, and its end is unknown. */
  | { readonly kind: 'broken'; readonly reason: string };

interface CallOptions {
  readonly client: AxiosInstance;
  readonly production: Production;
  readonly trace: Run['trace'];
  readonly signal: AbortSignal;
  /** A connection without a line for this long is dead, because a worker sends `alive` at intervals. */
  readonly silenceMs: number;
  readonly onProgress: (event: ProgressEvent) => void;
}

export async function callProduction(options: CallOptions): Promise<ProductionOutcome> {
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), options.silenceMs);
  const signal = AbortSignal.any([options.signal, silence.signal]);
  try {
    const response = await options.client.post<Readable>('/productions', options.production, {
      responseType: 'stream',
      timeout: 0,
      signal,
      headers: {
        accept: 'application/x-ndjson',
        'x-request-id': options.trace.requestId,
        traceparent: options.trace.traceparent,
      },
    });
    if (response.status === 200) return await readProduction(response.data, options, () => watchdog.refresh());
    return toRefusal(response, await buffer(response.data));
  } catch (error) {
    return toFailure(error);
  } finally {
    clearTimeout(watchdog);
  }
}

async function readProduction(
  stream: Readable,
  { onProgress }: CallOptions,
  onChunk: () => void,
): Promise<ProductionOutcome> {
  stream.on('data', onChunk);
  stream.pause();
  const lines = readLines(stream);
  try {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const event = parseProductionEvent(JSON.parse(line.value));
      if (event?.type === 'progress') {
        const { type: _, ...progress } = event;
        onProgress(progress);
      }
      if (event === undefined || !isLastEvent(event)) continue;
      void readToEnd(lines, stream);
      return toEnd(event);
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
  return { kind: 'broken', reason: 'the stream ended without a result' };
}

function toEnd(event: LastEvent): ProductionOutcome {
  switch (event.type) {
    case 'result':
      return { kind: 'result', result: event.result };
    case 'postponed':
      return { kind: 'postponed', milliseconds: event.milliseconds };
    case 'error':
      return toOutcome(event.error, 'broken');
  }
}

/** After its last event the worker ends the stream. Read to that end, the connection serves the next production. */
async function readToEnd(lines: AsyncGenerator<string>, stream: Readable): Promise<void> {
  const cut = setTimeout(() => stream.destroy(), MAX_END_MS);
  try {
    while ((await lines.next()).done !== true);
  } catch {
    // The outcome is known, and a connection that broke is not used again.
  } finally {
    clearTimeout(cut);
  }
}

/** A worker refuses with an ErrorRecord. Any other body comes from a proxy in front of it. */
function toRefusal({ status, headers }: AxiosResponse, body: Buffer): ProductionOutcome {
  const record = readErrorRecord(body.toString('utf8'), headers[WIRE_HEADER] !== undefined);
  if (record === undefined) return { kind: 'absent', reason: `status ${status} from something that is no worker` };
  // This 401 is about WORKER_TOKEN. After a production has begun, a 401 is about the caller's own token for an engine.
  if (record.code === 'unauthorized' || record.code === 'forbidden') {
    const message = 'the worker does not accept WORKER_TOKEN; it must be the same on both services';
    return { kind: 'failed', error: new AppError('worker_unavailable', message) };
  }
  return toOutcome(record, 'absent');
}

/** `interrupted`: the outcome if the worker stopped before the end, or is stopping. */
function toOutcome(record: ErrorRecord, interrupted: 'absent' | 'broken'): ProductionOutcome {
  if (record.code === 'queue_full') return { kind: 'full', retryAfterMs: (record.retryAfterSeconds ?? 1) * 1000 };
  if (record.code === 'worker_unavailable' || record.code === 'worker_waking' || record.code === 'cancelled') {
    return { kind: interrupted, reason: `the worker answered ${record.code}: ${record.message}` };
  }
  return { kind: 'failed', error: fromErrorRecord(record) };
}

/** `isWorker`: the worker itself answered, so an unknown code is an error of the worker, not of a proxy. */
export function readErrorRecord(text: string, isWorker: boolean): ErrorRecord | undefined {
  const { data } = z.object({ code: z.string() }).safeParse(readJson(text));
  if (data === undefined || !(isWorker || Object.hasOwn(ERRORS, data.code))) return undefined;
  return errorRecordSchema.safeParse(readJson(text)).data;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toFailure(error: unknown): ProductionOutcome {
  const code = isAxiosError(error) ? error.code : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: code !== undefined && NEVER_CONNECTED.has(code) ? 'absent' : 'broken', reason };
}
