import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { close, listen } from '../../shared/net/http.ts';

/** A collector for traces: it takes what the JSON form of opentelemetry-proto (trace/v1/trace.proto) allows, and nothing else. */

const attributes = z.array(
  z.strictObject({
    key: z.string().min(1),
    value: z.union([
      z.strictObject({ stringValue: z.string() }),
      z.strictObject({ boolValue: z.boolean() }),
      z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
      z.strictObject({ doubleValue: z.number() }),
    ]),
  }),
);
const nanoseconds = z.string().regex(/^\d{19}$/);

const span = z
  .strictObject({
    traceId: z.string().regex(/^[0-9a-f]{32}$/),
    spanId: z.string().regex(/^[0-9a-f]{16}$/),
    parentSpanId: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
    name: z.string().min(1),
    kind: z.int().min(1).max(5),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes,
    status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
  })
  .refine(
    ({ startTimeUnixNano: start, endTimeUnixNano: end }) => BigInt(start) <= BigInt(end),
    'ends before it starts',
  );

const traces = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

export interface ReceivedSpan extends z.infer<typeof span> {
  readonly service: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** What could not be read, and everything that was sent, as text. */
  readonly faults: readonly string[];
  readonly texts: readonly string[];
  readonly headers: ReadonlyArray<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

const toFacts = (all: z.infer<typeof attributes>): Record<string, unknown> =>
  Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]]));

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const faults: string[] = [];
  const texts: string[] = [];
  const headers: Record<string, unknown>[] = [];

  async function take(request: IncomingMessage): Promise<void> {
    const { method, url } = request;
    headers.push(request.headers);
    if (method !== 'POST' || url !== '/v1/traces') faults.push(`${method} ${url}`);
    const text = (await promisify(gunzip)(await buffer(request))).toString();
    texts.push(text);
    const read = traces.safeParse(JSON.parse(text));
    if (!read.success) faults.push(z.prettifyError(read.error));
    for (const { resource, scopeSpans } of read.data?.resourceSpans ?? []) {
      const service = String(toFacts(resource.attributes)['service.name']);
      for (const one of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ ...one, service, facts: toFacts(one.attributes) });
    }
  }

  const server = createServer((request, response) => {
    take(request)
      .catch((error: unknown) => faults.push(String(error)))
      .finally(() => response.setHeader('Content-Type', 'application/json').end('{"partialSuccess":{}}'));
  });
  const { port } = await listen(server, 0, '127.0.0.1');
  return { url: `http://127.0.0.1:${port}`, spans, faults, texts, headers, close: () => close(server, 0) };
}
