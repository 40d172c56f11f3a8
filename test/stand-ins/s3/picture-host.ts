import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../../../shared/http.ts';

export interface HostRequest {
  readonly method: string;
  /** As it came, still percent-encoded and with its query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HostReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** What a network or a sick host does after a request was served. */
export type Misbehaviour = 'reset' | 'truncate' | 'drip' | 'hang';

export interface PictureHost {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Uploads and removals, oldest first; not the reading of pictures. */
  readonly requests: readonly HostRequest[];
  /** From now on every request but the reading of pictures is answered so. */
  answer(fault: HostReply | Misbehaviour): void;
  mend(): void;
  /** Resolves when the next request has been served. */
  nextServed(): Promise<void>;
  close(): Promise<void>;
}

const DRIP_MS = 20;

/** A local server for hosts of pictures: it serves, records, and misbehaves on demand. */
export async function createPictureHost(
  serve: (request: HostRequest) => HostReply | Promise<HostReply>,
): Promise<PictureHost> {
  const requests: HostRequest[] = [];
  let fault: HostReply | Misbehaviour | undefined;
  let served = Promise.withResolvers<void>();

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if (request.method === 'GET') return send(response, await serve(request));
    requests.push(request);
    const reply = typeof fault === 'object' ? fault : await serve(request);
    served.resolve();
    served = Promise.withResolvers<void>();
    if (typeof fault !== 'string') send(response, reply);
    else misbehave(fault, incoming, response, reply);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => send(response, { status: 500, body: String(error) }));
  });
  const { port } = await listen(server, 0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer(next) {
      fault = next;
    },
    mend() {
      fault = undefined;
      server.closeAllConnections();
    },
    nextServed: () => served.promise,
    close: () => close(server, 0),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<HostRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const { method = 'GET', url = '/', headers } = incoming;
  return { method, target: url, headers, body: Buffer.concat(chunks) };
}

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function send(response: ServerResponse, { status, headers, body }: HostReply): void {
  response.writeHead(status, headers).end(toBytes(body));
}

function misbehave(fault: Misbehaviour, incoming: IncomingMessage, response: ServerResponse, reply: HostReply): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  const whole = toBytes(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': whole.length + 1000 });
  response.write(whole.subarray(0, whole.length / 2));
  if (fault === 'truncate') {
    response.destroy();
    return;
  }
  const drip = setInterval(() => response.write(' '), DRIP_MS);
  response.once('close', () => clearInterval(drip));
}

/** The fields of a multipart form. */
export async function readForm({ headers, body }: HostRequest): Promise<FormData> {
  const type = { 'content-type': headers['content-type'] ?? '' };
  return new Response(new Uint8Array(body), { headers: type }).formData();
}

export async function readFile(form: FormData, field: string): Promise<{ bytes: Buffer; type: string } | undefined> {
  const file = form.get(field);
  if (file === null || typeof file === 'string') return undefined;
  return { bytes: Buffer.from(await file.arrayBuffer()), type: file.type };
}
