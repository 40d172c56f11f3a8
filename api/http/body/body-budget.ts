/** Limits the bytes of bodies that are in memory, for all callers together and for each caller. */

/** Whose limit is exceeded: that of `all` callers together, or that of this `caller`. */
type Exceeded = 'all' | 'caller';

/** The share of one body in the budget. */
export interface BodyLease {
  /** Takes more bytes. Returns whose limit they exceed, or undefined. */
  take(bytes: number): Exceeded | undefined;
  /** Gives all bytes back. May be called again. */
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
 * This much of each body is not counted, so that an ordinary request is served even if others hold the whole budget.
 * The number of connections limits the sum of what is not counted.
 */
const FREE_BYTES = 16_384;

/** Share of the process's heap limit. For a moment, a body is in memory as bytes, as text and as values. */
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
