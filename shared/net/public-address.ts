import { BlockList, isIP } from 'node:net';

/** IPv4 networks that are not globally reachable: IANA's special-purpose registry (RFC 6890), multicast and class E. */
const SPECIAL_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Special networks inside 2000::/3, the only global unicast space: protocol assignments with Teredo, documentation, 6to4. */
const SPECIAL_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

/** Link-local (where clouds have their metadata services), other known metadata addresses, "this host" and multicast. */
const NEVER_V4 = [
  ['169.254.0.0', 16],
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const;
const NEVER_V6 = [
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
  ['::', 128],
] as const;

const specialV4 = toList(SPECIAL_V4, 'ipv4');
const specialV6 = toList(SPECIAL_V6, 'ipv6');
const globalV6 = toList([['2000::', 3]], 'ipv6');
const neverV4 = toList(NEVER_V4, 'ipv4');
const neverV6 = toList(NEVER_V6, 'ipv6');

/** Whether an address belongs to the public internet. An IPv6 address that carries an IPv4 one is judged by that. */
export function isPublicAddress(address: string): boolean {
  const v4 = toIPv4(address);
  if (v4 !== undefined) return !specialV4.check(v4, 'ipv4') && !neverV4.check(v4, 'ipv4');
  const v6 = withoutZone(address);
  return isIP(v6) === 6 && globalV6.check(v6, 'ipv6') && !specialV6.check(v6, 'ipv6');
}

/** Addresses that no service of ours can have: metadata services, link-local, multicast, "this host". */
export function isNeverAllowed(address: string): boolean {
  const v4 = toIPv4(address);
  if (v4 !== undefined) return neverV4.check(v4, 'ipv4');
  const v6 = withoutZone(address);
  return isIP(v6) !== 6 || neverV6.check(v6, 'ipv6');
}

/** The address itself, or the one inside `::ffff:a.b.c.d` (RFC 4291), `::a.b.c.d` or NAT64's `64:ff9b::` (RFC 6052). */
function toIPv4(address: string): string | undefined {
  if (isIP(address) === 4) return address;
  const groups = toGroups(address);
  const [high = 0, low = 0] = groups.slice(6);
  const prefix = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':');
  const isMapped = prefix === '0:0:0:0:0:ffff' || prefix === '64:ff9b:0:0:0:0';
  const isCompatible = prefix === '0:0:0:0:0:0' && high !== 0;
  if (!isMapped && !isCompatible) return undefined;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of an IPv6 address; empty for anything else. */
function toGroups(address: string): number[] {
  const plain = withoutZone(address);
  if (isIP(plain) !== 6) return [];
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [before, behind] = [read(head), read(tail)];
  return [...before, ...Array<number>(8 - before.length - behind.length).fill(0), ...behind];
}

const withoutZone = (address: string): string => address.split('%')[0] ?? '';

function toList(networks: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, family);
  return list;
}
