import { HEARTBEAT_INTERVAL_MS } from '../../shared/queue/backend.ts';
import { type Clock, pause } from '../../shared/wait.ts';

/** Shortest time between two heartbeats, for a worker whose runs start and end often. */
const SHORTEST_INTERVAL_MS = 200;

export interface Heartbeats {
  /** Sends heartbeats at intervals until the signal aborts. */
  run(): Promise<void>;
  /** Sends the next heartbeat soon, because the worker's state has changed. */
  hurry(): void;
}

interface HeartbeatsOptions {
  /** Must not reject. */
  readonly send: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export function createHeartbeats({ send, signal, clock }: HeartbeatsOptions): Heartbeats {
  let change = new AbortController();
  return {
    run: async () => {
      while (!signal.aborted) {
        change = new AbortController();
        await send();
        await pause(clock, SHORTEST_INTERVAL_MS, signal);
        await pause(clock, HEARTBEAT_INTERVAL_MS, AbortSignal.any([signal, change.signal]));
      }
    },
    hurry: () => {
      // A second abort would do nothing, but would create an error object each time.
      if (!change.signal.aborted) change.abort();
    },
  };
}
