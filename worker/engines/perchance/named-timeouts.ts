import type { Clock } from '../../../shared/wait.ts';

export interface NamedTimeouts {
  /** Calls `onTimeout` after that time, unless the name is cleared or set again before. */
  set(name: string, milliseconds: number, onTimeout: () => void): void;
  isSet(name: string): boolean;
  clear(name: string): void;
  clearAll(): void;
}

/** Timeouts by name, which are set again while the embed makes progress. */
export function createNamedTimeouts(clock: Clock): NamedTimeouts {
  const running = new Map<string, AbortController>();

  function clear(name: string): void {
    running.get(name)?.abort();
    running.delete(name);
  }

  return {
    set(name, milliseconds, onTimeout) {
      clear(name);
      const controller = new AbortController();
      running.set(name, controller);
      clock.wait(milliseconds, controller.signal).then(onTimeout, (error: unknown) => {
        if (!controller.signal.aborted) throw error;
      });
    },
    isSet: (name) => running.has(name),
    clear,
    clearAll() {
      for (const name of [...running.keys()]) clear(name);
    },
  };
}
