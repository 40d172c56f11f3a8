import type { SpanContext } from './trace-context.ts';

/** OTLP's JSON form of spans: ids as hexadecimal digits, times as decimal text in nanoseconds. */

export interface Span extends SpanContext {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'consumer';
  /** Epoch milliseconds; fractions count. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** No prompts, keys or addresses of callers. Those that are undefined are left out. */
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Set if the work failed: an error code. */
  readonly error?: string | undefined;
}

/** `SpanKind` of opentelemetry-proto, trace/v1/trace.proto. */
const KINDS = { internal: 1, server: 2, consumer: 5 } as const;
/** `StatusCode`: 0 is unset, 2 is an error. */
const UNSET = 0;
const ERROR = 2;

interface Resource {
  readonly serviceName: string;
  readonly version: string;
}

export function toOtlp(spans: readonly Span[], { serviceName, version }: Resource) {
  const attributes = toAttributes({ 'service.name': serviceName, 'service.version': version });
  return {
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'easel' }, spans: spans.map(toSpan) }] }],
  };
}

function toSpan({ traceId, spanId, parentSpanId, name, kind, startedAt, endedAt, attributes, error }: Span) {
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: toNanoseconds(startedAt),
    endTimeUnixNano: toNanoseconds(Math.max(startedAt, endedAt)),
    attributes: toAttributes(attributes),
    status: error === undefined ? { code: UNSET } : { code: ERROR, message: error },
  };
}

/** A double holds whole microseconds of our time, and no nanoseconds. */
const toNanoseconds = (milliseconds: number): string => String(BigInt(Math.round(milliseconds * 1000)) * 1000n);

function toAttributes(values: Span['attributes']) {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toValue(value) }],
  );
}

function toValue(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  // 64-bit numbers are text in the JSON form of protocol buffers.
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
