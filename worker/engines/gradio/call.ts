import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { AxiosInstance } from 'axios';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { AppError } from '../../../shared/errors.ts';
import {
  callUpstream,
  isSuccess,
  ONLY_ONCE,
  readJson,
  toTransportError,
  toUpstreamError,
} from '../../upstream/upstream.ts';
import type { FittedCall } from './fit-parameters.ts';
import { type GradioEvent, joinedSchema, readMessage } from './schema.ts';
import type { ConnectedSpace } from './space.ts';

/** A heartbeat comes every 15 s. A stream that is silent for this long is lost. */
const SILENCE_MS = 60_000;
/** Bound of the whole stream, with room for the previews that some Spaces send. */
const MAX_STREAM_BYTES = 16 * 1024 * 1024;
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;
const CANCEL_TIMEOUT_MS = 5000;

export interface GradioCallOptions {
  readonly client: AxiosInstance;
  readonly space: ConnectedSpace;
  readonly fitted: FittedCall;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface GradioCall {
  /** Submits once and yields what happens. Ends after `done` or `failed`. */
  events(): AsyncGenerator<GradioEvent>;
  /** Removes our own work from the Space's queue. Never throws. */
  cancel(): Promise<void>;
}

/** One call of an endpoint, by the queue that Gradio's own pages use, or by `/call` if the app has no such queue. */
export function createGradioCall(options: GradioCallOptions): GradioCall {
  const { client, space, fitted, headers, signal } = options;
  const sessionHash = randomUUID().replaceAll('-', '').slice(0, 11);
  const functionIndex = space.functionIndex(fitted.endpoint);
  let eventId: string | undefined;

  async function post(path: string, data: unknown): Promise<string | undefined> {
    const reply = await callUpstream(client, {
      ...ONLY_ONCE,
      method: 'POST',
      url: `${space.api}${path}`,
      headers,
      data,
      signal,
    });
    if (reply.status === 404 || reply.status === 405) return undefined;
    if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets: options.secrets, now: options.now() });
    const joined = joinedSchema.safeParse(readJson(reply));
    if (joined.success) return joined.data.event_id;
    throw new AppError('engine_changed', `${space.label}: ${path} answered no event_id`);
  }

  async function* events(): AsyncGenerator<GradioEvent> {
    const { endpoint, data } = fitted;
    const { api } = space;
    const queued = { data, fn_index: functionIndex, session_hash: sessionHash, event_data: null, trigger_id: null };
    eventId = functionIndex === undefined ? undefined : await post('/queue/join', queued);
    if (eventId !== undefined) {
      for await (const message of stream(`${api}/queue/data?session_hash=${sessionHash}`)) {
        yield readMessage(parse(message.data));
      }
      return;
    }
    eventId = await post(`/call${endpoint}`, { data });
    if (eventId === undefined)
      throw new AppError('engine_changed', `${space.label}: it has no way to call ${endpoint}`);
    for await (const message of stream(`${api}/call${endpoint}/${eventId}`)) yield toEvent(message);
  }

  async function* stream(url: string): AsyncGenerator<{ event?: string | undefined; data: string }> {
    try {
      const response = await client.get<Readable>(url, {
        headers,
        signal,
        responseType: 'stream',
        timeout: SILENCE_MS,
      });
      const body = response.data;
      if (response.status !== 200) {
        body.destroy();
        throw new AppError('engine_failed', `${space.label}: its stream answered HTTP ${response.status}`);
      }
      const parser = new EventSourceParserStream({ maxBufferSize: MAX_EVENT_CHARACTERS });
      const text = ReadableStream.from(bounded(body, signal)).pipeThrough(new TextDecoderStream());
      for await (const message of text.pipeThrough(parser)) yield message;
    } catch (error) {
      throw toTransportError(error, `${space.label}: its stream`, signal);
    }
  }

  return {
    events,
    cancel: async () => {
      if (eventId === undefined) return;
      const data = { event_id: eventId, session_hash: sessionHash, fn_index: functionIndex };
      const request = { headers, timeout: CANCEL_TIMEOUT_MS, signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) };
      // Older apps do not have this address. The work then ends by itself.
      await client.post(`${space.api}/cancel`, data, request).catch(() => undefined);
    },
  };
}

/** Yields the body's chunks. Ends with an error at the size limit, after a silence, or on abort. */
async function* bounded(body: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const stop = (): void => void body.destroy(new AppError('engine_timeout', 'the stream fell silent'));
  const abort = (): void => void body.destroy();
  let silence = setTimeout(stop, SILENCE_MS);
  signal.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of body) {
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_STREAM_BYTES)
        throw new AppError('engine_failed', `the stream is longer than ${MAX_STREAM_BYTES} bytes`);
      yield chunk as Buffer;
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', abort);
    body.destroy();
  }
}

/** The events of `/call/{name}/{id}`. */
function toEvent({ event, data }: { event?: string | undefined; data: string }): GradioEvent {
  const value = parse(data);
  if (event === 'complete') return { kind: 'done', data: Array.isArray(value) ? value : [] };
  if (event === 'error') return { kind: 'failed', text: typeof value === 'string' ? value : errorIn(value) };
  if (event === 'generating') return { kind: 'progress', status: 'being made', isWaiting: false };
  return { kind: 'nothing' };
}

const errorIn = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'error' in value ? String(value.error) : '';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The events that matter are JSON, so anything else is ignored.
    return undefined;
  }
}
