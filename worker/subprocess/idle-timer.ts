import type { Clock } from '../../shared/wait.ts';

export interface IdleTimer {
  /** Call it when work starts, and call the returned function when that work has ended. */
  enter(): () => void;
  stop(): void;
}

interface IdleOptions {
  readonly clock: Clock;
  /** 0: never. */
  readonly idleAfterMs: number;
  readonly onIdle: () => void;
}

/** Calls `onIdle` when no work has been under way for `idleAfterMs`. */
export function createIdleTimer({ clock, idleAfterMs, onIdle }: IdleOptions): IdleTimer {
  let running = 0;
  let waiting = new AbortController();

  function leave(): void {
    running -= 1;
    if (running > 0 || idleAfterMs === 0) return;
    waiting = new AbortController();
    clock.wait(idleAfterMs, waiting.signal).then(onIdle, ignoreInterruption);
  }

  return {
    enter: () => {
      running += 1;
      waiting.abort();
      return leave;
    },
    stop: () => {
      running += 1;
      waiting.abort();
    },
  };
}

/** A wait rejects only when work starts or the timer stops. */
function ignoreInterruption(): undefined {
  return undefined;
}
