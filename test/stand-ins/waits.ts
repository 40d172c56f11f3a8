import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export type Waits = {
  /** True once the time has passed, false if `release` came before that. `Infinity` waits for `release`. */
  wait(ms: number): Promise<boolean>;
  /** Ends all present waits. */
  release(): void;
};

/** Every held reply waits here, so that a change of mode or a stop ends all of them. */
export function createWaits(): Waits {
  let controller = new AbortController();
  return {
    async wait(ms) {
      const { signal } = controller;
      if (ms === Number.POSITIVE_INFINITY) {
        await once(signal, 'abort');
        return false;
      }
      return delay(ms, true, { signal }).catch(() => false);
    },
    release() {
      controller.abort();
      controller = new AbortController();
    },
  };
}
