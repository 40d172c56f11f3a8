import { type Clock, toAbortError } from '../../shared/wait.ts';

const DAY_MS = 24 * 60 * 60_000;
/** A service whose list could not be read is asked again after this time. */
const RETRY_MS = 10 * 60_000;
const READ_TIMEOUT_MS = 10_000;

interface CachedListOptions<T> {
  /** Throws or answers undefined when the service does not tell. */
  readonly read: (signal: AbortSignal) => Promise<T | undefined>;
  /** Until the service has told once. */
  readonly literal: T;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a service lists about itself, such as its models: read once a day, with a literal behind it. Never throws but for its signal. */
export function createCachedList<T>({ read, literal, clock }: CachedListOptions<T>) {
  let known = literal;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const told = await read(AbortSignal.timeout(READ_TIMEOUT_MS)).catch(() => undefined);
    known = told ?? known;
    freshUntil = clock.now() + (told === undefined ? RETRY_MS : DAY_MS);
  }

  return {
    /** As it is known now, without asking. */
    latest: (): T => known,
    /** All callers share one reading; who leaves does not end it for the others. */
    async get(signal: AbortSignal): Promise<T> {
      if (signal.aborted) throw toAbortError(signal);
      if (clock.now() < freshUntil) return known;
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
    /** What it says is wrong: the next one asks the service again. */
    forget(): void {
      freshUntil = Number.NEGATIVE_INFINITY;
    },
  };
}
