/** Bytes of bodies that have come in and are not read yet, for all callers together and for each of them. */

/** Who has brought too much; `all` together, or this caller alone. */
type Exceeded = 'all' | 'caller';

/** What one body holds of the budget. */
export interface BodyLease {
  /** Takes more bytes, or says why they are too many. */
  take(bytes: number): Exceeded | undefined;
  /** Gives everything back; harmless when repeated. */
  release(): void;
}

export interface BodyBudget {
  open(callerId: string): BodyLease;
}

interface BodyBudgetOptions {
  readonly maxBytes: number;
  readonly maxBytesOfCaller: number;
}

/**
 * So much of each body is not counted: an ordinary request is served although others hold the whole budget, and the
 * number of connections bounds what these take together.
 */
const FREE_BYTES = 16_384;

/** Of the heap that the process may use, in bytes; a body is there as bytes, as text and as values for a moment. */
const HEAP_SHARE = 1 / 5;
const MAX_BYTES = 64 * 1024 * 1024;

export function toBodyLimits(heapLimitBytes: number): BodyBudgetOptions {
  const maxBytes = Math.min(MAX_BYTES, Math.floor(heapLimitBytes * HEAP_SHARE));
  return { maxBytes, maxBytesOfCaller: Math.floor(maxBytes / 2) };
}

export function createBodyBudget({ maxBytes, maxBytesOfCaller }: BodyBudgetOptions): BodyBudget {
  let total = 0;
  const ofCaller = new Map<string, number>();

  function count(callerId: string, bytes: number): void {
    total += bytes;
    const held = (ofCaller.get(callerId) ?? 0) + bytes;
    if (held === 0) ofCaller.delete(callerId);
    else ofCaller.set(callerId, held);
  }

  return {
    open: (callerId) => {
      let received = 0;
      let counted = 0;
      return {
        take: (bytes) => {
          received += bytes;
          const more = Math.max(0, received - FREE_BYTES) - counted;
          if ((ofCaller.get(callerId) ?? 0) + more > maxBytesOfCaller) return 'caller';
          if (total + more > maxBytes) return 'all';
          counted += more;
          count(callerId, more);
          return undefined;
        },
        release: () => {
          count(callerId, -counted);
          counted = 0;
        },
      };
    },
  };
}
