import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createHttpClient } from '../net/http.ts';
import type { Logger } from '../service/log.ts';
import { type Span, toOtlp } from './otlp.ts';

/**
 * Sends spans to an OpenTelemetry collector: OTLP over HTTP with JSON. Written by hand, because OpenTelemetry's own SDK
 * takes 24 MB on disk and 30 MB of memory, which a container of 512 MB has better uses for.
 */

export interface Traces {
  /** Never throws and never waits. A span is dropped if the queue is full or its trace is not sampled. */
  record(span: Span): void;
  /** Sends what is left, for two seconds at most. */
  stop(): Promise<void>;
}

export interface TracesOptions {
  /** Base address of the collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly serviceName: string;
  readonly version: string;
  readonly log: Logger;
  /** Milliseconds from the first span of a batch until it is sent. Default: five seconds. */
  readonly intervalMs?: number | undefined;
}

const BATCH_SPANS = 512;
const MAX_SPANS = 2048;
const INTERVAL_MS = 5000;
const SEND_TIMEOUT_MS = 10_000;
const LAST_SEND_MS = 2000;
const COMPLAIN_INTERVAL_MS = 60_000;

export function createTraces({ endpoint, headers, log, intervalMs = INTERVAL_MS, ...resource }: TracesOptions): Traces {
  const client = createHttpClient({ timeout: SEND_TIMEOUT_MS });
  let waiting: Span[] = [];
  let dropped = 0;
  let complainedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  /** A failed batch is not tried again: traces must not pile up while the collector is away. */
  async function send(spans: readonly Span[], timeout = SEND_TIMEOUT_MS): Promise<void> {
    try {
      const body = await promisify(gzip)(JSON.stringify(toOtlp(spans, resource)));
      const { status } = await client.post(`${endpoint}/v1/traces`, body, {
        timeout,
        headers: { ...headers, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      });
      if (status < 200 || status > 299) complain(spans.length, `status ${status}`);
    } catch (error) {
      complain(spans.length, error instanceof Error ? error.message : String(error));
    }
  }

  function complain(lost: number, reason: string): void {
    dropped += lost;
    if (performance.now() - complainedAt < COMPLAIN_INTERVAL_MS) return;
    complainedAt = performance.now();
    log.warn({ dropped, reason }, 'spans could not be sent to OTEL_EXPORTER_OTLP_ENDPOINT and are lost');
    dropped = 0;
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_SPANS);
      waiting = waiting.slice(BATCH_SPANS);
      await send(batch);
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
  }

  return {
    record(span) {
      if (!span.isSampled) return;
      if (waiting.length >= MAX_SPANS) {
        complain(1, 'the queue of spans is full');
        return;
      }
      waiting.push(span);
      if (waiting.length >= BATCH_SPANS) flush();
      else timer ??= setTimeout(flush, intervalMs).unref();
    },
    async stop() {
      clearTimeout(timer);
      const last = waiting;
      waiting = [];
      const limit = new Promise<void>((resolve) => setTimeout(resolve, LAST_SEND_MS).unref());
      await Promise.race([Promise.all([sending, last.length > 0 && send(last, LAST_SEND_MS)]), limit]);
    },
  };
}
