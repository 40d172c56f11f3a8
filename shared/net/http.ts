import { createHash, timingSafeEqual } from 'node:crypto';
import { Agent as HttpAgent, type Server } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios';
import { drawText } from '../random-text.ts';

/** Longer than the idle time of proxies (Render's is 60 s), so that the proxy closes first. */
const KEEP_ALIVE_MS = 65_000;

/**
 * An axios client for one service: keep-alive, no redirects, no proxy from the environment, no status throws.
 * A request that fails on a reused socket is sent once more: the peer had closed that socket, so the request never
 * reached it. `maxSockets`: connections to one host at a time; further requests wait for one.
 */
export function createHttpClient(config: AxiosRequestConfig = {}, maxSockets = 64): AxiosInstance {
  const agentOptions = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const;
  const client = axios.create({
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
    maxRedirects: 0,
    proxy: false,
    timeout: 30_000,
    validateStatus: () => true,
    ...config,
  });
  client.interceptors.response.use(undefined, async (error: unknown) => {
    if (!isStaleSocket(error)) throw error;
    return client.request({ ...error.config, headers: error.config.headers, httpAgent: new HttpAgent() });
  });
  return client;
}

type StaleSocketError = { config: AxiosRequestConfig & { headers: Record<string, string> } };

function isStaleSocket(error: unknown): error is StaleSocketError {
  if (!isAxiosError(error) || error.response !== undefined) return false;
  const wasReused = (error.request as { reusedSocket?: boolean } | undefined)?.reusedSocket === true;
  return wasReused && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** Codes of errors while connecting: no byte of the request was sent. */
export const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** For the headers of a request, from its first byte. */
const HEADERS_MS = 20_000;
/** For a whole request. Code that reads a body sets a shorter deadline. */
const REQUEST_MS = 90_000;
/** The buffers of more connections would not fit into the memory of a small container. */
const MAX_CONNECTIONS = 1000;

/** Resolves with the address in use when the server listens. Port 0 takes a free port. */
export async function listen(
  server: Server,
  port: number,
  host: string,
  { stallMs = STALL_MS } = {},
): Promise<AddressInfo> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS;
  trackConnections(server);
  cutStalledReaders(server, stallMs);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}

const connections = new WeakMap<Server, Set<Socket>>();
const bytesOfClosed = new WeakMap<Server, number>();

function trackConnections(server: Server): void {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      bytesOfClosed.set(server, (bytesOfClosed.get(server) ?? 0) + socket.bytesWritten);
    });
  });
}

/** What the server has sent since it listens, headers included. */
export function bytesSent(server: Server): number {
  const open = [...(connections.get(server) ?? [])];
  return open.reduce((sum, { bytesWritten }) => sum + bytesWritten, bytesOfClosed.get(server) ?? 0);
}

/** How long a peer may read nothing while data waits for it. */
const STALL_MS = 60_000;

/** A peer that stops reading would hold memory and an open file for as long as it likes. */
function cutStalledReaders(server: Server, stallMs: number): void {
  const taken = new WeakMap<Socket, number>();
  const look = setInterval(() => {
    for (const socket of connections.get(server) ?? []) {
      const bytes = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength > 0 && taken.get(socket) === bytes) socket.destroy();
      else taken.set(socket, bytes);
    }
  }, stallMs);
  look.unref();
  server.once('close', () => clearInterval(look));
}

const unusedOf = (server: Server): Socket[] =>
  [...(connections.get(server) ?? [])].filter(({ bytesRead }) => bytesRead === 0);

/** Takes no more connections, waits up to `graceMs` for running answers, then cuts what is left. */
export async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive after its last answer would delay the close for as long as its client likes.
  server.keepAliveTimeout = 1;
  server.closeIdleConnections();
  // Node does not count a connection without any request as idle.
  for (const socket of unusedOf(server)) socket.destroy();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

/** Takes the same time for every wrong value, whatever its length. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The token of `Authorization: Bearer <token>`. */
export function readBearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

const REQUEST_ID = /^[\w.:-]{1,100}$/;
const REQUEST_ID_BYTES = 12;

/** The caller's X-Request-Id if it is harmless, else a new one. */
export function toRequestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : drawText(REQUEST_ID_BYTES, 'hex');
}
