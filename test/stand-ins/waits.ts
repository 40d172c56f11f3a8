import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export type Waits = {
  /** True once the time has passed, false when let go of before that. `Infinity` waits until let go of. */
  wait(ms: number): Promise<boolean>;
  /** Lets go of everything that waits now. */
  release(): void;
};

/** Every held reply waits here, so that a change of mode or a stop never leaves one behind. */
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
