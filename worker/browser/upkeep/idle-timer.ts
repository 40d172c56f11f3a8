import type { Clock } from '../../../shared/wait.ts';

export interface IdleTimer {
  /** Something begins; the answer is called when it has ended. */
  enter(): () => void;
  stop(): void;
}

interface IdleOptions {
  readonly clock: Clock;
  /** 0: never. */
  readonly idleAfterMs: number;
  readonly onIdle: () => void;
}

/** Calls back once nothing has gone on for a while. */
export function createIdleTimer({ clock, idleAfterMs, onIdle }: IdleOptions): IdleTimer {
  let goingOn = 0;
  let waiting = new AbortController();

  function leave(): void {
    goingOn -= 1;
    if (goingOn > 0 || idleAfterMs === 0) return;
    waiting = new AbortController();
    clock.wait(idleAfterMs, waiting.signal).then(onIdle, ignoreInterruption);
  }

  return {
    enter: () => {
      goingOn += 1;
      waiting.abort();
      return leave;
    },
    stop: () => {
      goingOn += 1;
      waiting.abort();
    },
  };
}

/** A wait rejects for one reason only: something began. */
function ignoreInterruption(): undefined {
  return undefined;
}
