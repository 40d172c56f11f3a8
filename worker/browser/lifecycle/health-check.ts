import type { Clock } from '../../../shared/wait.ts';

/** The browser is checked at most once in this time, however often its health is requested. */
const TTL_MS = 2000;
/**
 * On a fraction of a core a check takes longer, because the browser's work comes first. The caller, such as a host's probe,
 * then gets the result of the last check, and the next caller gets the result of this one.
 */
const LONGEST_WAIT_MS = 250;

interface HealthOptions {
  readonly clock: Clock;
  readonly examine: () => Promise<boolean>;
}

export function createHealthCheck({ clock, examine }: HealthOptions): () => Promise<boolean> {
  let isHealthy = true;
  let staleAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  async function check(): Promise<void> {
    try {
      isHealthy = await examine();
    } finally {
      staleAt = clock.elapsed() + TTL_MS;
      checking = undefined;
    }
  }

  return async () => {
    if (clock.elapsed() < staleAt) return isHealthy;
    checking ??= check();
    const seen = new AbortController();
    const patience = clock.wait(LONGEST_WAIT_MS, seen.signal).catch((error: unknown) => {
      if (!seen.signal.aborted) throw error;
    });
    await Promise.race([checking, patience]);
    seen.abort();
    return isHealthy;
  };
}
