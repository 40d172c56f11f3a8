import { type LookupAddress, lookup as lookupBySystem } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { createServer, type IncomingMessage, request as requestOverHttp, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AddressGuard, createAddressGuard } from '../../../shared/net/address-guard.ts';
import { close, listen } from '../../../shared/net/http.ts';
import type { SiteFile, SiteFiles } from '../pages.ts';
import { chooseProxy, type ProxyEnvironment } from './upstream-proxy.ts';

/**
 * The browser's only way to the network: an HTTP proxy on loopback. It makes every connection of a page (also those of
 * frames, workers, web sockets and windows), only to addresses that it has checked, and never into a private network.
 */
export interface Door {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Answers these addresses from memory. */
  serve(files: SiteFiles): void;
  /** Allows these host names or addresses although they are private. */
  allow(hosts: readonly string[]): void;
  close(): Promise<void>;
}

interface DoorOptions {
  /** Holds the operator's own proxy, which is used if set. */
  readonly environment: ProxyEnvironment;
}

const CONNECT_TIMEOUT_MS = 20_000;
/** A page may ask for names whose servers never answer. */
const DNS_TIMEOUT_MS = 5000;
const DNS_TRIES = 2;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** Chromium then shows its own error, ERR_TUNNEL_CONNECTION_FAILED. */
const NO_TUNNEL = 'HTTP/1.1 502 Bad Gateway\r\n\r\n';
/** Headers of a connection, which a proxy does not pass on (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'upgrade']);

export async function openDoor({ environment }: DoorOptions): Promise<Door> {
  const files = new Map<string, SiteFile>();
  const allowed = new Set<string>();
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  const resolve = (host: string) => (allowed.has(host) ? resolveBySystem(host) : resolveByDns(resolver, host));
  const createGuard = () => createAddressGuard({ protocols: ['http:', 'https:'], allow: [...allowed], resolve });
  let guard = createGuard();
  const sockets = new Set<Duplex>();

  function keep<Kept extends Duplex>(socket: Kept): Kept {
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  }

  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file !== undefined) response.writeHead(200, file.headers).end(file.body);
    else forward(request, response, guard, environment);
  });
  server.on('connect', (request, socket, head) => {
    keep(socket);
    tunnel(request, socket, head, { guard, environment, keep });
  });
  const { port } = await listen(server, 0, '127.0.0.1');

  return {
    url: `http://127.0.0.1:${port}`,
    serve: (more) => {
      for (const [address, file] of more) files.set(address, file);
    },
    allow: (hosts) => {
      if (hosts.every((host) => allowed.has(host))) return;
      for (const host of hosts) allowed.add(host);
      guard = createGuard();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      resolver.cancel();
      await close(server, 0);
    },
  };
}

/** An unencrypted request, which the browser sends whole to its proxy. */
function forward(
  request: IncomingMessage,
  response: ServerResponse,
  guard: AddressGuard,
  environment: ProxyEnvironment,
): void {
  const url = toUrl(request.url ?? '', guard);
  if (url === undefined) {
    response.destroy();
    return;
  }
  const proxy = chooseProxy(url, environment);
  const onward = requestOverHttp({
    ...(proxy === undefined
      ? { host: toHost(url), port: toPort(url), path: `${url.pathname}${url.search}`, lookup: guard.lookup }
      : { host: toHost(proxy), port: toPort(proxy), path: url.href }),
    method: request.method,
    headers: withoutHopByHop(request.headers),
    agent: false,
    timeout: CONNECT_TIMEOUT_MS,
  });
  onward.on('socket', (socket) => socket.once('connect', () => onward.setTimeout(0)));
  onward.on('timeout', () => onward.destroy(new Error('no connection in time')));
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  // An error answer of ours would look like the site's own.
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.on('error', () => onward.destroy());
  request.pipe(onward);
}

interface TunnelOptions {
  readonly guard: AddressGuard;
  readonly environment: ProxyEnvironment;
  readonly keep: <Kept extends Duplex>(socket: Kept) => Kept;
}

/** An encrypted connection or a web socket: bytes are passed on in both directions. */
function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, options: TunnelOptions): void {
  const { guard, environment, keep } = options;
  const url = toUrl(`https://${request.url}`, guard);
  if (url === undefined) {
    socket.end(NO_TUNNEL);
    return;
  }
  const proxy = chooseProxy(url, environment);
  const target = { host: toHost(proxy ?? url), port: toPort(proxy ?? url) };
  const onward: Socket = keep(connect(proxy === undefined ? { ...target, lookup: guard.lookup } : target));
  onward.setTimeout(CONNECT_TIMEOUT_MS, () => onward.destroy());
  onward.once('connect', () => {
    onward.setTimeout(0);
    // The operator's proxy gets the same request.
    if (proxy === undefined) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    else onward.write(`CONNECT ${request.url} HTTP/1.1\r\nHost: ${request.url}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => (onward.connecting ? socket.end(NO_TUNNEL) : socket.destroy()));
  onward.on('close', () => socket.end());
  socket.on('error', () => onward.destroy());
  socket.on('close', () => onward.destroy());
}

/** Undefined for an invalid or forbidden address. A name is checked when it is resolved. */
function toUrl(address: string, guard: AddressGuard): URL | undefined {
  try {
    const url = new URL(address);
    guard.checkUrl(url);
    return url;
  } catch {
    return undefined;
  }
}

const toHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const toPort = (url: URL): number => Number(url.port) || (DEFAULT_PORTS[url.protocol] ?? 443);

function withoutHopByHop(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !HOP_BY_HOP.has(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

/** Does not use the thread pool, which file access needs: dead names that a page asks for must not block it. */
async function resolveByDns(resolver: Resolver, host: string): Promise<readonly LookupAddress[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [
    ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (found.length > 0 || v4.status === 'fulfilled') return found;
  throw v4.reason;
}

/** The operator's own hosts may be listed only in `/etc/hosts`. */
function resolveBySystem(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupBySystem(host, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}
