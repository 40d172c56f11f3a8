import type { Clock } from '../../../shared/wait.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** An upload costs ten credits of the application's day and of the address's hour, and one of the posts. */
export const UPLOAD_CREDITS = 10;
/** Imgur does not say when the application's day ends. A reset that is further away than this is not believed. */
const CLIENT_REST_MS = 60 * 60_000;

/** What is left of one limit, and when it is reset. */
interface Limit {
  readonly uploadsLeft: number;
  /** By the clock's `elapsed`. */
  readonly resetAt: number;
}

export interface Allowance {
  /** Learns from the rate headers of any answer. */
  read(headers: Headers): void;
  /** Milliseconds until the next upload is allowed. Undefined if it is allowed now, as far as is known. */
  spentMs(): number | undefined;
  /** Undefined before the first answer. */
  uploadsLeft(): number | undefined;
  /** Epoch milliseconds at which the smallest limit is reset, as far as is known. */
  resetsAt(): number | undefined;
}

/** Imgur's three limits, read from its headers, so that the store rests before it reaches them. */
export function createAllowance({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>): Allowance {
  const limits = new Map<string, Limit>();

  function learn(name: string, left: number | undefined, unitsPerUpload: number, restMs: number): void {
    const uploadsLeft = Math.floor((left ?? 0) / unitsPerUpload);
    if (left !== undefined) limits.set(name, { uploadsLeft, resetAt: elapsed() + restMs });
  }

  /** A limit that has been reset since is unknown. */
  const current = (): Limit[] => [...limits.values()].filter(({ resetAt }) => resetAt > elapsed());

  return {
    read(headers) {
      const read = (name: string): number | undefined => toNumber(headers[name]);
      learn('client', read('x-ratelimit-clientremaining'), UPLOAD_CREDITS, CLIENT_REST_MS);
      learn('user', read('x-ratelimit-userremaining'), UPLOAD_CREDITS, toRestMs(read('x-ratelimit-userreset'), now()));
      learn('post', read('x-post-rate-limit-remaining'), 1, toRestMs(read('x-post-rate-limit-reset'), now()));
    },
    spentMs() {
      const spent = current().filter(({ uploadsLeft }) => uploadsLeft < 1);
      return spent.length === 0 ? undefined : Math.max(...spent.map(({ resetAt }) => resetAt)) - elapsed();
    },
    resetsAt() {
      const [smallest] = current().toSorted((one, other) => one.uploadsLeft - other.uploadsLeft);
      return smallest && now() + smallest.resetAt - elapsed();
    },
    uploadsLeft() {
      const left = current().map(({ uploadsLeft }) => uploadsLeft);
      return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
    },
  };
}

/** One header gives the reset in seconds from now, the other as Unix time; both have been seen swapped. */
const EPOCH_FROM_SECONDS = 1_000_000_000;

function toRestMs(reset: number | undefined, now: number): number {
  if (reset === undefined) return CLIENT_REST_MS;
  const restMs = reset >= EPOCH_FROM_SECONDS ? reset * 1000 - now : reset * 1000;
  return Math.min(restMs, CLIENT_REST_MS);
}

function toNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
