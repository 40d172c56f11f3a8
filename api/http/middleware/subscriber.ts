import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** A provider gives one subscriber an IPv6 network of 56 bits. */
const WHOLE_GROUPS = 3;

/** The subscriber behind an address: the address itself, or for IPv6 the network that a provider gives to one subscriber. */
export function toSubscriber(address: string): string {
  if (!isIPv6(address)) return address;
  const plain = address.split('%', 1).join().toLowerCase();
  if (plain.startsWith('::ffff:') && plain.includes('.')) return plain.slice('::ffff:'.length);
  const [head = '', tail = ''] = plain.split('::');
  const toGroups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const first = toGroups(head);
  const last = toGroups(tail);
  const zeros = Array.from({ length: Math.max(0, GROUPS - first.length - last.length) }, () => '0');
  const groups = [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
  const network = [...groups.slice(0, WHOLE_GROUPS), (groups[WHOLE_GROUPS] ?? 0) & 0xff00];
  return `${network.map((group) => group.toString(16)).join(':')}::/56`;
}
