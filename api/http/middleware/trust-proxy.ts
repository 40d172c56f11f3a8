import { type BlockList, isIP, isIPv4 } from 'node:net';
import type { Request } from 'express';
import { z } from 'zod';
import { toBlockList } from '../../../shared/net/address-guard.ts';
import { setting } from '../../../shared/service/config.ts';

/**
 * Which proxies to trust about the caller's address. Each proxy adds an entry at the right end of `X-Forwarded-For`, so
 * it is read from the right, while the proxy that wrote an entry is trusted. Entries further left may be forged.
 */
export type TrustProxy = (
  address: string,
  /** Number of proxies passed already; 0 for the connection itself. */
  hop: number,
) => boolean;

/** Private networks, where a proxy beside us is. Hosts also use the shared address space (RFC 6598). */
const PRIVATE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
];

/** https://www.cloudflare.com/ips-v4 and ips-v6, as of November 2026; unchanged since 2021. */
const CLOUDFLARE = [
  '173.245.48.0/20',
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '141.101.64.0/18',
  '108.162.192.0/18',
  '190.93.240.0/20',
  '188.114.96.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '162.158.0.0/15',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '172.64.0.0/13',
  '131.0.72.0/22',
  '2400:cb00::/32',
  '2606:4700::/32',
  '2803:f800::/32',
  '2405:b500::/32',
  '2405:8100::/32',
  '2a06:98c0::/29',
  '2c0f:f248::/32',
];

/** Render has Cloudflare and its own balancer in front, which add two or three entries, so a fixed count would be wrong. */
const PRESETS: ReadonlyMap<string, readonly string[]> = new Map([
  ['none', []],
  ['private', PRIVATE],
  ['cloudflare', CLOUDFLARE],
  ['render', [...PRIVATE, ...CLOUDFLARE]],
]);

const MAX_HOPS = 10;

/** Reads a number of proxies, or a list of presets and networks. Throws for any other text. */
export function toTrustProxy(text: string): TrustProxy {
  const entries = text
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim());
  const [only = ''] = entries;
  if (entries.length === 1 && /^\d{1,2}$/.test(only) && Number(only) <= MAX_HOPS)
    return (_address, hop) => hop < Number(only);
  const trusted = entries.filter((entry) => entry !== '').flatMap((entry) => PRESETS.get(entry) ?? [toNetwork(entry)]);
  if (trusted.length === 0) return () => false;
  const networks = toBlockList(trusted);
  return (address) => isWithin(networks, address);
}

function toNetwork(entry: string): string {
  const [address = '', prefix = '0', ...rest] = entry.split('/');
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    throw new Error('no network');
  return entry;
}

function isWithin(networks: BlockList, text: string): boolean {
  const address = toAddress(text);
  return address !== undefined && networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The address in an entry of `X-Forwarded-For`, which may have a port (Azure) or brackets. Undefined if there is none. */
function toAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d{1,5}$/, '$1');
  const plain = bare.split('%')[0]?.replace(/^::ffff:(?=[\d.]+$)/i, '') ?? '';
  return isIP(plain) === 0 ? undefined : plain;
}

/** No honest chain is longer. */
const MAX_ENTRIES = 20;

/** `X-Forwarded-For` from the right. */
function toEntries(request: Request): string[] {
  const header = request.get('x-forwarded-for');
  return header === undefined ? [] : header.split(',').slice(-MAX_ENTRIES).reverse();
}

/** `198.51.100.7; 2`: the caller's address and the number of entries of X-Forwarded-For. `; direct` if none was trusted. */
export function describeCaller(request: Request): string {
  const address = toCallerAddress(request);
  const count = toEntries(request).filter((entry) => entry.trim() !== '').length;
  const isDirect = address === toAddress(request.socket.remoteAddress ?? '');
  return `${address}; ${count}${isDirect ? '; direct' : ''}`;
}

/** The caller's address: the first entry from the right that is no trusted proxy, or the last valid one. */
export function toCallerAddress(request: Request): string {
  const trusts = request.app.get('trust proxy fn') as TrustProxy;
  const entries = toEntries(request);
  let address = toAddress(request.socket.remoteAddress ?? '') ?? 'unknown';
  for (const [hop, entry] of entries.entries()) {
    const next = trusts(address, hop) ? toAddress(entry.trim()) : undefined;
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/** Setting `TRUST_PROXY`. */
export function trustProxy(description: string) {
  const inner = z
    .string()
    .transform((value, context): TrustProxy => {
      try {
        return toTrustProxy(value);
      } catch {
        context.addIssue({ code: 'custom', message: 'neither a preset nor a network' });
        return z.NEVER;
      }
    })
    .prefault('none');
  const format =
    '`render`, `cloudflare`, `private`, `none`, addresses or networks (`10.1.0.0/16`), separated by commas';
  return setting(inner, { description, format, fallback: 'none' });
}
