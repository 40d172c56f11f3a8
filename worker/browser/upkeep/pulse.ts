import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Chromium } from '../process/chromium.ts';
import { every } from './every.ts';

export interface PulseOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long the browser may take for a sign of life; a fraction of a core makes it slow. */
  readonly pingTimeoutMs?: number | undefined;
  readonly pulseIntervalMs?: number | undefined;
}

export interface Pulse {
  /** Asks until the signal aborts. A browser that hangs sends no event: it is asked as long as somebody waits for it. */
  watch(chromium: Chromium, signal: AbortSignal): Promise<void>;
  /** Asks once; a browser that does not answer is ended. */
  check(chromium: Chromium): Promise<boolean>;
}

export function createPulse({ clock, log, pingTimeoutMs = 5000, pulseIntervalMs = 2000 }: PulseOptions): Pulse {
  async function check(chromium: Chromium): Promise<boolean> {
    if (await chromium.ping(pingTimeoutMs)) return true;
    if (!chromium.died.aborted) log.error('Chromium gives no sign of life: it is killed');
    await chromium.kill();
    return false;
  }

  return {
    check,
    watch: (chromium, signal) => every({ intervalMs: pulseIntervalMs, clock, signal }, () => check(chromium)),
  };
}
