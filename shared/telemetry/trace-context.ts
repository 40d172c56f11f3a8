import { drawText } from '../random-text.ts';

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

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

export const drawSpanId = (): string => drawText(SPAN_BYTES, 'hex');

/** A new span below the one that the header names, or the first span of a new trace where there is no valid header. */
export function toSpanContext(header: string | string[] | undefined): SpanContext {
  const [, traceId = drawText(TRACE_BYTES, 'hex'), parentSpanId, flags = '01'] =
    TRACEPARENT.exec(typeof header === 'string' ? header : '') ?? [];
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED;
  return { traceId, spanId: drawSpanId(), parentSpanId, isSampled };
}

/** The header that makes the receiver's span a child of this span. */
export const toTraceparent = ({ traceId, spanId, isSampled }: SpanContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
