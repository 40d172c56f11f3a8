import { type Clock, toAbortError } from '../../shared/wait.ts';

const DAY_MS = 24 * 60 * 60_000;
/** After a failure to read the list, the upstream is asked again after this time. */
const RETRY_MS = 10 * 60_000;
const READ_TIMEOUT_MS = 10_000;

interface CachedListOptions<T> {
  /** Throws or returns undefined if the upstream does not say. */
  readonly read: (signal: AbortSignal) => Promise<T | undefined>;
  /** Used until the list was read once. */
  readonly literal: T;
  readonly clock: Pick<Clock, 'elapsed'>;
}

/** A list that an upstream publishes, such as its models: read once a day, with a fixed list as a fallback. Throws only when its signal aborts. */
export function createCachedList<T>({ read, literal, clock }: CachedListOptions<T>) {
  let known = literal;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    // Without an answer the list stays as it was, and is read again soon.
    const answer = await read(AbortSignal.timeout(READ_TIMEOUT_MS)).catch(() => undefined);
    known = answer ?? known;
    freshUntil = clock.elapsed() + (answer === undefined ? RETRY_MS : DAY_MS);
  }

  return {
    /** The list as last read, without asking. */
    latest: (): T => known,
    /** Concurrent callers share one request. A caller who leaves does not end it for the others. */
    async get(signal: AbortSignal): Promise<T> {
      if (signal.aborted) throw toAbortError(signal);
      if (clock.elapsed() < freshUntil) return known;
      reading ??= refresh().finally(() => {
        reading = undefined;
      });
      const left = Promise.withResolvers<never>();
      const leave = (): void => left.reject(toAbortError(signal));
      signal.addEventListener('abort', leave, { once: true });
      try {
        await Promise.race([reading, left.promise]);
      } finally {
        signal.removeEventListener('abort', leave);
      }
      return known;
    },
    /** Marks the list as wrong, so that the next call asks the upstream again. */
    forget(): void {
      freshUntil = Number.NEGATIVE_INFINITY;
    },
  };
}
