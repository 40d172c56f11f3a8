import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { listen } from '../../shared/http.ts';

export interface StandInRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

export interface StandInReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes or text as they are, anything else as JSON. */
  readonly body: unknown;
}

/** What a network or a sick server does to a reply that would have been right. */
export type Misbehaviour = 'reset' | 'truncate' | 'drip' | 'hang';

type Answer = StandInReply | Misbehaviour;
type Interference = (request: StandInRequest) => Answer | undefined;

export interface HttpStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** All requests so far, in order. */
  readonly requests: StandInRequest[];
  /** From now on this decides first; where it answers undefined, the service is itself. */
  interfere(interference: Interference): void;
  /** The service is itself again, and what hung is let go. */
  mend(): void;
  /** Resolves with the next request whose path matches. */
  nextRequest(path?: RegExp): Promise<StandInRequest>;
  close(): Promise<void>;
}

const DRIP_MS = 5;

/** An error that shows all it was sent, prompt and credentials included, as careless services do. */
export const echo = (request: StandInRequest): StandInReply => ({
  status: 500,
  body: { error: { message: `${request.text} ${JSON.stringify(request.headers)}` }, detail: request.json },
});

/** A local service that can be made to answer anything, or to fail the way networks do. */
export async function createHttpStandIn(
  serve: (request: StandInRequest) => StandInReply | Promise<StandInReply>,
): Promise<HttpStandIn> {
  const requests: StandInRequest[] = [];
  const waiting = new Set<{ path: RegExp; resolve: (request: StandInRequest) => void }>();
  let interference: Interference = () => undefined;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    requests.push(request);
    for (const waiter of waiting) {
      if (!waiter.path.test(request.path)) continue;
      waiting.delete(waiter);
      waiter.resolve(request);
    }
    const answer = interference(request);
    if (answer === 'reset') return void incoming.socket.resetAndDestroy();
    if (answer === 'hang') return;
    const reply = typeof answer === 'object' ? answer : await serve(request);
    if (answer === 'truncate') return sendHalf(response, reply);
    if (answer === 'drip') return drip(response, reply);
    send(response, reply);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => send(response, { status: 500, body: String(error) }));
  });
  const { port } = await listen(server, 0, '127.0.0.1');

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    interfere(next) {
      interference = next;
    },
    mend() {
      interference = () => undefined;
      server.closeAllConnections();
    },
    nextRequest(path = /^/) {
      return new Promise((resolve) => waiting.add({ path, resolve }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<StandInRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://stand-in');
  const { method = 'GET', headers } = incoming;
  return { method, path: pathname, query: searchParams, headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toBytes({ body }: StandInReply): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function writeHead(response: ServerResponse, reply: StandInReply, length: number): void {
  const isJson = !Buffer.isBuffer(reply.body) && typeof reply.body !== 'string';
  const type = isJson ? { 'content-type': 'application/json' } : {};
  response.writeHead(reply.status ?? 200, { ...type, 'content-length': length, ...reply.headers });
}

function send(response: ServerResponse, reply: StandInReply): void {
  const bytes = toBytes(reply);
  writeHead(response, reply, bytes.length);
  response.end(bytes);
}

function sendHalf(response: ServerResponse, reply: StandInReply): void {
  const bytes = toBytes(reply);
  writeHead(response, reply, bytes.length);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

/** One byte at a time and never the last one: each byte is a sign of life, so that no idle timer ends it. */
async function drip(response: ServerResponse, reply: StandInReply): Promise<void> {
  const bytes = toBytes(reply);
  writeHead(response, reply, bytes.length);
  for (let at = 0; at < bytes.length - 1 && !response.destroyed; at += 1) {
    response.write(bytes.subarray(at, at + 1));
    await delay(DRIP_MS);
  }
}
