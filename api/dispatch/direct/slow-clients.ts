import { QUICK_MS } from '../../../shared/queue/room.ts';
import { remember } from '../../../shared/remember.ts';

/**
 * Clients whose last runs took long, by their identifiers. The place beside large runs is for quick ones: whoever asks
 * again and again for what an engine or a page makes slow would hold it for seconds each time, and others would wait.
 * One slow run says nothing yet, because the browser may have died under it.
 */
export interface SlowClients {
  has(clientId: string): boolean;
  /** A run of this client has ended after so long in work. */
  note(clientId: string, tookMs: number): void;
}

const SLOW_IN_ROW = 2;
/** Each is an address or a key's name, so that is little memory. The longest known is forgotten first. */
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
