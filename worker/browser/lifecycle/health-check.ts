import type { Clock } from '../../../shared/wait.ts';

/** However often health is asked for, it is looked at most once in this time. */
const TTL_MS = 2000;
/**
 * A look takes longer on a fraction of a core, where the browser's work comes first. Whoever asks for the health, such as
 * a host's probe, then gets what the last look found, and the next one to ask gets what this one finds.
 */
const LONGEST_WAIT_MS = 250;

interface HealthOptions {
  readonly clock: Clock;
  readonly examine: () => Promise<boolean>;
}

export function createHealthCheck({ clock, examine }: HealthOptions): () => Promise<boolean> {
  let isWell = true;
  let staleAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      isWell = await examine();
    } finally {
      staleAt = clock.elapsed() + TTL_MS;
      looking = undefined;
    }
  }

  return async () => {
    if (clock.elapsed() < staleAt) return isWell;
    looking ??= look();
    const seen = new AbortController();
    const patience = clock.wait(LONGEST_WAIT_MS, seen.signal).catch((error: unknown) => {
      if (!seen.signal.aborted) throw error;
    });
    await Promise.race([looking, patience]);
    seen.abort();
    return isWell;
  };
}
