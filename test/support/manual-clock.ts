import type { Clock } from '../../shared/wait.ts';

/** A clock that only a test moves. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
  /** The wall clock is set right by so much, forward or back. No time passes. */
  correct(milliseconds: number): void;
  /** Resolves as soon as a wait of such a length starts. */
  waitedFor(isMeant: (milliseconds: number) => boolean): Promise<void>;
}

interface Sleeper {
  readonly until: number;
  readonly milliseconds: number;
  readonly wake: () => void;
}

export function createManualClock(startAt = Date.UTC(2026, 0, 1)): ManualClock {
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<() => void>();
  let wall = startAt;
  let elapsed = 0;

  return {
    now: () => wall,
    elapsed: () => elapsed,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (milliseconds <= 0) {
          resolve();
          return;
        }
        const forget = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', leave);
        };
        const leave = (): void => {
          forget();
          reject(signal?.reason);
        };
        const wake = (): void => {
          forget();
          resolve();
        };
        const sleeper = { until: elapsed + milliseconds, milliseconds, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', leave, { once: true });
        for (const watcher of watchers) watcher();
      }),
    advance: (milliseconds) => {
      wall += milliseconds;
      elapsed += milliseconds;
      for (const sleeper of [...sleepers]) if (sleeper.until <= elapsed) sleeper.wake();
    },
    correct: (milliseconds) => {
      wall += milliseconds;
    },
    waitedFor: (isMeant) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (![...sleepers].some((sleeper) => isMeant(sleeper.milliseconds))) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}
