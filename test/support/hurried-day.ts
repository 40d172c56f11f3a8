import type { Clock } from '../../shared/wait.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Time that runs faster than real time, and that can run slower for a while, or jump. */
export interface HurriedDay extends Clock {
  /** Advances the time. Waits that are due end. */
  jump(milliseconds: number): void;
  /** Runs at real speed during the task, for programs with their own clock, such as a browser. */
  inRealTime<T>(task: () => Promise<T>): Promise<T>;
  /** `AbortSignal.timeout` by this time too. Returns a function that undoes it. */
  govern(): () => void;
}

interface Alarm {
  arrange(): void;
}

/** Starts at `startMs` of the epoch and runs `rate` times as fast as real time. */
export function createHurriedDay(startMs: number, rate: number): HurriedDay {
  let [nowAtMark, markedAt, currentRate] = [startMs, performance.now(), rate];
  const alarms = new Set<Alarm>();
  const now = (): number => Math.floor(nowAtMark + (performance.now() - markedAt) * currentRate);

  function mark(aheadMs: number, nextRate: number): void {
    [nowAtMark, markedAt, currentRate] = [now() + aheadMs, performance.now(), nextRate];
    for (const alarm of alarms) alarm.arrange();
  }

  /** Calls `task` once the time has passed. Returns a function that cancels it. */
  function alarm(milliseconds: number, ring: () => void, holdsProcess: boolean): () => void {
    const dueAt = now() + milliseconds;
    let timer: NodeJS.Timeout | undefined;
    const entry: Alarm = {
      arrange() {
        clearTimeout(timer);
        timer = setTimeout(look, Math.min(Math.ceil(Math.max(0, dueAt - now()) / currentRate), LONGEST_TIMER_MS));
        if (!holdsProcess) timer.unref();
      },
    };
    function look(): void {
      if (now() < dueAt) {
        entry.arrange();
        return;
      }
      alarms.delete(entry);
      ring();
    }
    alarms.add(entry);
    entry.arrange();
    return () => {
      clearTimeout(timer);
      alarms.delete(entry);
    };
  }

  return {
    now,
    elapsed: () => now() - startMs,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const leave = (): void => {
          callOff();
          reject(signal?.reason);
        };
        const callOff = alarm(
          milliseconds,
          () => {
            signal?.removeEventListener('abort', leave);
            resolve();
          },
          true,
        );
        signal?.addEventListener('abort', leave, { once: true });
      }),
    jump: (milliseconds) => mark(milliseconds, currentRate),
    async inRealTime(task) {
      mark(0, 1);
      try {
        return await task();
      } finally {
        mark(0, rate);
      }
    },
    govern() {
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (milliseconds) => {
        const controller = new AbortController();
        const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
        alarm(milliseconds, () => controller.abort(reason), false);
        return controller.signal;
      };
      return () => {
        AbortSignal.timeout = timeout;
      };
    },
  };
}
