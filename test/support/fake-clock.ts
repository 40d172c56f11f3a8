import type { Clock } from '../../shared/wait.ts';

export interface FakeClock extends Clock {
  /** Moves on and wakes whoever has waited long enough. */
  pass(milliseconds: number): void;
}

/** Time that passes only when the test says so. */
export function createFakeClock(): FakeClock {
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  let now = 1_000_000;
  return {
    now: () => now,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const sleeper = { until: now + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    pass(milliseconds) {
      now += milliseconds;
      for (const sleeper of [...sleepers].filter(({ until }) => until <= now)) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
