import type { Clock } from '../../../shared/wait.ts';

/**
 * Epoch milliseconds that never go back while this process runs: what was put off until a time is not put off an hour
 * longer when the clock is set back by an hour.
 */
export function createSteadyTime({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>): () => number {
  let startedAt = Number.NEGATIVE_INFINITY;
  return () => {
    startedAt = Math.max(startedAt, now() - elapsed());
    return startedAt + elapsed();
  };
}
