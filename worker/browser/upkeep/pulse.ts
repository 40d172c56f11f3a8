import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Chromium } from '../process/chromium.ts';

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
  feel(chromium: Chromium): Promise<boolean>;
}

export function createPulse({ clock, log, pingTimeoutMs = 5000, pulseIntervalMs = 2000 }: PulseOptions): Pulse {
  async function feel(chromium: Chromium): Promise<boolean> {
    if (await chromium.ping(pingTimeoutMs)) return true;
    if (!chromium.died.aborted) log.error('Chromium gives no sign of life: it is killed');
    await chromium.kill();
    return false;
  }

  async function watch(chromium: Chromium, signal: AbortSignal): Promise<void> {
    while (await hasPassed(clock.wait(pulseIntervalMs, signal))) await feel(chromium);
  }

  return { feel, watch };
}

/** A wait rejects for one reason only: its signal. */
function hasPassed(wait: Promise<void>): Promise<boolean> {
  return wait.then(
    () => true,
    () => false,
  );
}
