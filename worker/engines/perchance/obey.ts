import { toAbortError } from '../../../shared/wait.ts';

/** Waits for work that knows no signal, such as Playwright's, and stops waiting at once when the signal aborts. */
export async function obey<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(toAbortError(signal));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
