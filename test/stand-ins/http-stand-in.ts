import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { close, listen } from '../../shared/net/http.ts';

export interface StandInRequest {
  readonly method: string;
  /** The address as it came, percent-encoded and with its query. */
  readonly target: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The body as JSON. Undefined if it is not JSON. */
  readonly json: unknown;
}

export interface StandInReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes and text are sent as they are, anything else as JSON. Default: no body. */
  readonly body?: unknown;
}

/** Ways in which a network or a broken server spoils the reply to a request that was served. */
export type Misbehaviour = 'reset' | 'truncate' | 'drip' | 'hang';

export type Answer = StandInReply | Misbehaviour;
export type Serve = (request: StandInRequest) => StandInReply | Promise<StandInReply>;
type Interference = (request: StandInRequest) => Answer | undefined;

export interface HttpStandIn {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** All requests so far, in order. */
  readonly requests: StandInRequest[];
  /** From now on this function answers first. If it returns undefined, the service answers as usual. */
  interfere(interference: Interference): void;
  /** The service behaves as usual again, and hanging replies end. */
  mend(): void;
  /** Resolves with the next request whose path matches. */
  nextRequest(path?: RegExp): Promise<StandInRequest>;
  /** For requests that ask for another protocol, such as a WebSocket. */
  onUpgrade(listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  close(): Promise<void>;
}

const DRIP_MS = 20;
/** Added to Content-Length, so that a reply that is cut off or drips does not look whole. */
const MISSING_BYTES = 1000;

/** An error that repeats the whole request, with prompt and credentials, as careless services do. */
export const echo = (request: StandInRequest): StandInReply => ({
  status: 500,
  body: { error: { message: `${request.text} ${JSON.stringify(request.headers)}` }, detail: request.json },
});

/** A local service that can answer anything, or fail as networks do. */
export async function createHttpStandIn(serve: Serve): Promise<HttpStandIn> {
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
    const reply = typeof answer === 'object' ? answer : await serve(request);
    if (typeof answer === 'string') return misbehave(answer, incoming, response, reply);
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
    onUpgrade: (listener) => void server.on('upgrade', listener),
    close: () => close(server, 0),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<StandInRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks);
  const { method = 'GET', url: target = '/', headers } = incoming;
  const { pathname: path, searchParams: query } = new URL(target, 'http://stand-in');
  return {
    method,
    target,
    path,
    query,
    headers,
    body,
    get text() {
      return body.toString('utf8');
    },
    get json() {
      return parse(body.toString('utf8'));
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toBytes({ body }: StandInReply): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function writeHead(response: ServerResponse, { status = 200, headers, body }: StandInReply, length: number): void {
  const isJson = body !== undefined && !Buffer.isBuffer(body) && typeof body !== 'string';
  const type = isJson ? { 'content-type': 'application/json' } : {};
  response.writeHead(status, { ...type, 'content-length': length, ...headers });
}

function send(response: ServerResponse, reply: StandInReply): void {
  const bytes = toBytes(reply);
  writeHead(response, reply, bytes.length);
  response.end(bytes);
}

function misbehave(
  fault: Misbehaviour,
  incoming: IncomingMessage,
  response: ServerResponse,
  reply: StandInReply,
): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  const bytes = toBytes(reply);
  writeHead(response, reply, bytes.length + MISSING_BYTES);
  const half = bytes.subarray(0, bytes.length / 2);
  if (fault === 'truncate') response.write(half, () => response.destroy());
  else drip(response, half);
}

/** Sends single bytes, so that no idle timer ends the reply. */
function drip(response: ServerResponse, beginning: Buffer): void {
  // The caller may have left while the request was served. Then nothing would end the timer.
  if (response.destroyed) return;
  response.write(beginning);
  const dripping = setInterval(() => response.write(' '), DRIP_MS);
  response.once('close', () => clearInterval(dripping));
}
