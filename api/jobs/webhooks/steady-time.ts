import type { Clock } from '../../../shared/wait.ts';

/**
 * Epoch milliseconds that never go back while this process runs. When the clock is set back by an hour, postponed callbacks
 * do not wait an hour longer.
 */
export function createSteadyTime({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>): () => number {
  let startedAt = Number.NEGATIVE_INFINITY;
  return () => {
    startedAt = Math.max(startedAt, now() - elapsed());
    return startedAt + elapsed();
  };
}
