import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Chromium } from '../process/chromium.ts';
import { every } from './every.ts';

export interface LivenessOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a ping may take. The browser is slow on a fraction of a core. */
  readonly pingTimeoutMs?: number | undefined;
  readonly pingIntervalMs?: number | undefined;
}

export interface Liveness {
  /** Pings until the signal aborts, because a hanging browser sends no event. */
  watch(chromium: Chromium, signal: AbortSignal): Promise<void>;
  /** Pings once. Kills a browser that does not answer. */
  check(chromium: Chromium): Promise<boolean>;
}

export function createLiveness({ clock, log, pingTimeoutMs = 5000, pingIntervalMs = 2000 }: LivenessOptions): Liveness {
  async function check(chromium: Chromium): Promise<boolean> {
    if (await chromium.ping(pingTimeoutMs)) return true;
    if (!chromium.died.aborted) log.error('Chromium does not answer a ping: it is killed');
    await chromium.kill();
    return false;
  }

  return {
    check,
    watch: (chromium, signal) => every({ intervalMs: pingIntervalMs, clock, signal }, () => check(chromium)),
  };
}
