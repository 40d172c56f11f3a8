import { type LookupAddress, lookup as lookupBySystem } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { isNeverAllowed, isPublicAddress } from './public-address.ts';

/** A URL whose scheme or address may not be called. The message is for the log. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

export interface AddressGuard {
  /** Throws AddressRefused when scheme or literal address are not allowed; a name is checked when it is resolved. */
  checkUrl(url: URL): void;
  /** Also resolves a name and checks its addresses, to refuse early. Only `lookup` protects the connection itself. */
  check(url: URL): Promise<void>;
  /**
   * For the `lookup` option of an http or https agent. It returns only checked addresses, and the agent connects to one
   * of them, so a name that changes its address meanwhile (DNS rebinding) gains nothing. A literal address is never
   * looked up: call `checkUrl` before every request and every redirect. A kept-alive connection is not looked up again:
   * use agents without keep-alive, or one agent for each guard.
   */
  readonly lookup: LookupFunction;
}

interface AddressGuardOptions {
  /** The operator's exceptions: host names, addresses, or networks such as `10.1.0.0/16`. */
  readonly allow?: readonly string[];
  /** Private and loopback addresses are allowed too; link-local and metadata addresses never are. */
  readonly allowPrivate?: boolean;
  /** Default: `https:` only. */
  readonly protocols?: readonly string[];
  /** Like `dns.lookup` with the option `all`. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
}

/** Keeps requests to URLs that others chose (in an upstream's answer, for a webhook) away from our own network. */
export function createAddressGuard(options: AddressGuardOptions = {}): AddressGuard {
  const { allow = [], allowPrivate = false, protocols = ['https:'], resolve = resolveBySystem } = options;
  const names = new Set(allow.filter((entry) => !isNetwork(entry)).map((name) => name.toLowerCase()));
  const networks = toBlockList(allow.filter(isNetwork));

  function isAllowed(address: string): boolean {
    if (networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) return true;
    return isPublicAddress(address) || (allowPrivate && !isNeverAllowed(address));
  }

  async function resolveAllowed(hostname: string): Promise<readonly LookupAddress[]> {
    const found = await resolve(hostname);
    if (names.has(hostname.toLowerCase())) return found;
    const allowed = found.filter(({ address }) => isAllowed(address));
    if (allowed.length === 0) throw new AddressRefused(`${hostname} has no address that may be called`);
    return allowed;
  }

  function checkUrl(url: URL): void {
    if (!protocols.includes(url.protocol)) throw new AddressRefused(`${url.protocol} is not ${protocols.join(' or ')}`);
    const host = toHost(url);
    if (isIP(host) !== 0 && !isAllowed(host)) throw new AddressRefused(`${host} may not be called`);
  }

  return {
    checkUrl,
    async check(url) {
      checkUrl(url);
      const host = toHost(url);
      if (isIP(host) === 0) await resolveAllowed(host);
    },
    lookup(hostname, { all, family }, callback) {
      const isWanted = (found: LookupAddress): boolean => !isFamily(family) || found.family === family;
      resolveAllowed(hostname).then(
        (addresses) => {
          const wanted = addresses.filter(isWanted);
          const [first] = wanted;
          if (first === undefined) callback(new AddressRefused(`${hostname} has no such address`), '', 0);
          else if (all === true) callback(null, wanted);
          else callback(null, first.address, first.family);
        },
        (error: Error) => callback(error, '', 0),
      );
    },
  };
}

/** Whether an upstream's own address is private, so that URLs in its answers may be private too. */
export async function isPrivateHost(url: URL, resolve = resolveBySystem): Promise<boolean> {
  const host = toHost(url);
  if (isIP(host) !== 0) return !isPublicAddress(host);
  const addresses = await resolve(host);
  return addresses.some(({ address }) => !isPublicAddress(address));
}

/** The URL parser has already turned decimal, octal and hexadecimal IPv4 addresses into dotted ones. */
const toHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const isFamily = (family: unknown): family is 4 | 6 => family === 4 || family === 6;
const isNetwork = (entry: string): boolean => isIP(entry.split('/')[0] ?? '') !== 0;

/** `networks`: addresses, or CIDR blocks such as `10.1.0.0/16`. */
export function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}

export function resolveBySystem(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupBySystem(hostname, { all: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });
}
