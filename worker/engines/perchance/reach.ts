import { connect } from 'node:net';
import { unreachable } from './failures.ts';

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Throws when no connection to the site can be opened in that time. A slow page is no reason to give up, a closed door
 * is: only the connection tells them apart before the page's own, much longer, bound.
 */
export async function assertReachable(url: string, timeoutMs: number): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const opened = Promise.withResolvers<void>();
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (PORTS[protocol] ?? 443) });
  socket.setTimeout(timeoutMs, () => opened.reject(unreachable(`no connection in ${timeoutMs} ms`)));
  socket.once('connect', opened.resolve);
  socket.once('error', (error) => opened.reject(unreachable('no connection', error)));
  try {
    await opened.promise;
  } finally {
    socket.destroy();
  }
}
