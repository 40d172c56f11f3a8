import type { Response } from 'express';
import type { EncodedEvent } from '../../dialects/dialect.ts';
import type { JobEvent } from '../../jobs/job.ts';
import { type AnswerPictures, writePieces } from '../answer-pictures.ts';

/** Proxies close a connection that is quiet for a minute or less. */
const HEARTBEAT_MS = 15_000;

/** A client that does not read is cut off at this many waiting bytes. A preview has about 100 kB. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

interface Events {
  readonly events: AsyncIterable<JobEvent>;
  /** No more events come. If none is left at all, the answer is 204, after which an EventSource does not connect again. */
  readonly hasEnded: boolean;
  readonly deliver: (event: JobEvent, write: WriteEvent) => Promise<void>;
}

/** Sends an event, if there is one. `fill` puts the pictures into its text. */
export type WriteEvent = (encoded: EncodedEvent | undefined, fill?: AnswerPictures['fill']) => Promise<void>;

/** Server-sent events (WHATWG HTML, 9.2) until the job's events end or the caller leaves. */
export async function sendEvents(response: Response, { events, hasEnded, deliver }: Events): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  let next = hasEnded ? await iterator.next() : undefined;
  if (next?.done) {
    response.status(204).set('Cache-Control', 'no-store').end();
    return;
  }
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    // Proxies such as nginx would hold events back.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  try {
    for (next ??= await iterator.next(); !next.done; next = await iterator.next()) {
      await deliver(next.value, async (encoded, fill) => {
        if (encoded === undefined) return;
        if (fill === undefined) response.write(toText(encoded));
        else await writePieces(response, fill(toText(encoded)));
      });
      if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
    }
  } finally {
    await iterator.return?.();
    clearInterval(heartbeat);
    response.end();
  }
}

function toText({ event, id, data }: EncodedEvent): string {
  const lines = typeof data === 'string' ? data.split('\n') : [JSON.stringify(data)];
  const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
  return `${head}${lines.map((line) => `data: ${line}\n`).join('')}\n`;
}
