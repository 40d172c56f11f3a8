import type { Response } from 'express';
import type { EncodedEvent } from '../dialects/dialect.ts';
import type { JobEvent } from '../jobs/job.ts';

/** Proxies close a connection that is quiet for a minute or less. */
const HEARTBEAT_MS = 15_000;

/** Server-sent events (WHATWG HTML, 9.2) until the job's events end or the caller leaves. */
export async function sendEvents(
  response: Response,
  events: AsyncIterable<JobEvent>,
  encode: (event: JobEvent) => Promise<EncodedEvent | undefined>,
): Promise<void> {
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    // nginx and its like would hold events back.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  try {
    for await (const event of events) {
      const encoded = await encode(event);
      if (encoded !== undefined) response.write(toText(encoded));
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function toText({ event, id, data }: EncodedEvent): string {
  const lines = typeof data === 'string' ? data.split('\n') : [JSON.stringify(data)];
  const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
  return `${head}${lines.map((line) => `data: ${line}\n`).join('')}\n`;
}
