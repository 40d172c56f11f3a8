import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/**
 * Resolves names that callers chose, with a deadline and without the thread pool. The system's `getaddrinfo` has no deadline,
 * and Node runs only two of its calls at once, so names whose servers never answer would delay the worker's own address.
 */

export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>;

interface ResolveNameOptions {
  /** DNS servers as `address:port`. Default: the system's. */
  readonly servers?: readonly string[];
  readonly deadlineMs?: number;
  readonly hostsFile?: string;
}

const DEADLINE_MS = 4000;
/** Time limit for one question to one server. */
const TRY_MS = 1500;

export function createResolveName(options: ResolveNameOptions = {}): ResolveName {
  const { servers, deadlineMs = DEADLINE_MS, hostsFile = '/etc/hosts' } = options;

  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    const known = isLocalhost(name) ? LOOPBACK : await readHosts(hostsFile, name);
    return known.length > 0 ? known : ask(name);
  };

  async function ask(name: string): Promise<readonly LookupAddress[]> {
    // One resolver for each name, since cancelling ends all questions of a resolver.
    const resolver = new Resolver({ timeout: TRY_MS, tries: 2 });
    if (servers !== undefined) resolver.setServers([...servers]);
    const deadline = setTimeout(() => resolver.cancel(), deadlineMs);
    try {
      const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const found = [...toAddresses(v4, 4), ...toAddresses(v6, 6)];
      if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
      return found;
    } finally {
      clearTimeout(deadline);
    }
  }
}

const toAddresses = (answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];

/** RFC 6761: localhost must not be asked of a server. */
const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Names in the system's hosts file win over DNS, as in every program. */
async function readHosts(path: string, name: string): Promise<readonly LookupAddress[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    const family = isIP(address);
    const isMeant = family !== 0 && names.some((one) => one.toLowerCase() === name);
    return isMeant ? [{ address, family }] : [];
  });
}
