import { QUICK_MS } from '../../../shared/queue/room.ts';

/**
 * Clients whose last run took long, by their identifiers. The place beside large runs is for quick ones: whoever asks
 * again and again for what an engine or a page makes slow would hold it for seconds each time, and others would wait.
 */
export interface SlowClients {
  has(clientId: string): boolean;
  /** A run of this client has ended after so long in work. */
  note(clientId: string, tookMs: number): void;
}

/** Each is an address or a key's name, so that is little memory. The longest known is forgotten first. */
const MAX_CLIENTS = 1000;

export function createSlowClients(): SlowClients {
  const slow = new Set<string>();
  return {
    has: (clientId) => slow.has(clientId),
    note(clientId, tookMs) {
      slow.delete(clientId);
      if (tookMs <= QUICK_MS) return;
      slow.add(clientId);
      const [oldest] = slow;
      if (slow.size > MAX_CLIENTS && oldest !== undefined) slow.delete(oldest);
    },
  };
}
