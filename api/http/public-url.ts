import { isIPv6, type Socket } from 'node:net';
import type { Request } from 'express';
import { z } from 'zod';
import { setting, withoutLastSlashes } from '../../shared/service/config.ts';

/** The address under which clients reach the gateway: the operator's setting, else the address of the request. */

function isPublicUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

/** Without a slash at its end. */
export function publicUrl(description: string) {
  const inner = z
    .string()
    .trim()
    .refine(isPublicUrl)
    .transform((value) => withoutLastSlashes(new URL(value).href))
    .optional();
  const format = 'an address that starts with http:// or https://, with a path if there is one, without user or query';
  return setting(inner, { description, format });
}

/** The path of PUBLIC_URL, or '' if it has none: `/easel` for `https://example.org/easel`. */
export const toBasePath = (url: string | undefined): string =>
  url === undefined ? '' : withoutLastSlashes(new URL(url).pathname);

/** Makes a path that starts with `/` absolute. Addresses of other hosts are absolute already. */
export const createToAbsoluteUrl =
  (base: string) =>
  (path: string): string =>
    path.startsWith('/') ? `${base}${path}` : path;

/** Only a name or an address, with or without a port: no user and no path. */
const HOST = /^(?:\w[\w.-]{0,252}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** As the client wrote it (`host` and `protocol` obey `trust proxy`). If that is not valid, the address of the socket. */
export function addressOf(request: Request): string {
  const { host, protocol } = request as { host?: string; protocol: string };
  const scheme = protocol === 'https' ? 'https' : 'http';
  const address = `${scheme}://${host ?? ''}`;
  return HOST.test(host ?? '') && URL.canParse(address) ? address : addressOfSocket(request.socket);
}

/** The address at which this connection arrived. */
export function addressOfSocket({ localAddress, localPort }: Socket): string {
  if (localAddress === undefined || localPort === undefined) return 'http://localhost';
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return `http://${isIPv6(address) ? `[${address}]` : address}:${localPort}`;
}
