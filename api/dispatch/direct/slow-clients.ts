import { QUICK_MS } from '../../../shared/queue/room.ts';
import { remember } from '../../../shared/remember.ts';

/**
 * Identifiers of clients whose last runs were slow. The place beside large runs is for quick runs. A client with slow runs
 * would hold it for seconds each time, while others wait. A single slow run does not count, because its browser may have
 * died.
 */
export interface SlowClients {
  has(clientId: string): boolean;
  /** Records how long a run of this client took. */
  note(clientId: string, tookMs: number): void;
}

const SLOW_IN_ROW = 2;
/** Each is an address or a key's name, so this takes little memory. The oldest entry is forgotten first. */
const MAX_CLIENTS = 1000;

export function createSlowClients(): SlowClients {
  const slowInRow = new Map<string, number>();
  return {
    has: (clientId) => (slowInRow.get(clientId) ?? 0) >= SLOW_IN_ROW,
    note(clientId, tookMs) {
      const before = slowInRow.get(clientId) ?? 0;
      if (tookMs <= QUICK_MS) slowInRow.delete(clientId);
      else remember(slowInRow, clientId, before + 1, MAX_CLIENTS);
    },
  };
}
