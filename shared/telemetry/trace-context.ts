import { randomFillSync } from 'node:crypto';

/** W3C Trace Context: which trace a piece of work belongs to, and below which span. */

export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Missing: the first span of its trace. */
  readonly parentSpanId?: string | undefined;
  /** Whether the spans of this trace are recorded. */
  readonly isSampled: boolean;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const SAMPLED = 1;

/** Random bytes are drawn many at a time, because one draw takes longer than all other work for an id. */
const drawn = Buffer.alloc(4096);
let used = drawn.length;

/** Random bytes as hexadecimal digits, two for each byte. */
export function drawHexadecimal(bytes: number): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += bytes;
  return drawn.toString('hex', used - bytes, used);
}

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

export const drawSpanId = (): string => drawHexadecimal(SPAN_BYTES);

/** A new span below the one that the header names, or the first span of a new trace where there is no valid header. */
export function toSpanContext(header: string | string[] | undefined): SpanContext {
  const [, traceId = drawHexadecimal(TRACE_BYTES), parentSpanId, flags = '01'] =
    TRACEPARENT.exec(typeof header === 'string' ? header : '') ?? [];
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED;
  return { traceId, spanId: drawSpanId(), parentSpanId, isSampled };
}

/** The header that makes whoever reads it a child of this span. */
export const toTraceparent = ({ traceId, spanId, isSampled }: SpanContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
