import type { Clock } from '../../../shared/wait.ts';

/** However often health is asked for, the browser is pinged at most once in this time. */
const TTL_MS = 2000;

interface HealthOptions {
  readonly clock: Clock;
  readonly examine: () => Promise<boolean>;
}

export function createHealthCheck({ clock, examine }: HealthOptions): () => Promise<boolean> {
  let answer = Promise.resolve(true);
  let staleAt = Number.NEGATIVE_INFINITY;

  return () => {
    if (clock.elapsed() >= staleAt) {
      staleAt = clock.elapsed() + TTL_MS;
      answer = examine();
    }
    return answer;
  };
}
