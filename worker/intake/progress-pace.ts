import type { ProgressEvent } from '../../shared/contract/generation.ts';
import type { Clock } from '../../shared/wait.ts';

/**
 * Limits progress reports: an engine may report every step, and each report costs the gateway a write to its journal and
 * an event to every follower. A new stage, a new engine and a preview are sent at once; of the others, the latest.
 */

const INTERVAL_MS = 1000;
const REPORTS_PER_INTERVAL = 2;

interface ProgressPaceOptions {
  readonly clock: Clock;
  readonly send: (event: ProgressEvent) => void;
}

export interface ProgressPace {
  report(event: ProgressEvent): void;
  /** Drops what is still held back, since the result or error follows. */
  end(): void;
}

export function createProgressPace({ clock, send }: ProgressPaceOptions): ProgressPace {
  const ended = new AbortController();
  let sentAt: number[] = [];
  let last: ProgressEvent | undefined;
  let held: ProgressEvent | undefined;
  let isTimed = false;

  function sendNow(event: ProgressEvent): void {
    held = undefined;
    last = event;
    sentAt = [...sentAt, clock.now()].slice(-REPORTS_PER_INTERVAL);
    send(event);
  }

  /** Milliseconds until the next report may be sent. */
  function restMs(): number {
    const [oldest] = sentAt;
    return oldest === undefined || sentAt.length < REPORTS_PER_INTERVAL ? 0 : oldest + INTERVAL_MS - clock.now();
  }

  function sendLater(): void {
    if (isTimed) return;
    isTimed = true;
    clock.wait(restMs(), ended.signal).then(
      () => {
        isTimed = false;
        if (held === undefined) return;
        if (restMs() > 0) sendLater();
        else sendNow(held);
      },
      // The production has ended.
      () => undefined,
    );
  }

  return {
    report(event) {
      if (ended.signal.aborted) return;
      const isNews = event.stage !== last?.stage || event.engine !== last.engine || event.preview !== undefined;
      const merged = isNews ? event : { ...held, ...onlySet(event) };
      if (isNews || restMs() <= 0) return sendNow(merged);
      held = merged;
      sendLater();
    },
    end: () => ended.abort(),
  };
}

/** Without undefined fields, which would hide those of an earlier report. */
function onlySet(event: ProgressEvent): ProgressEvent {
  const set = Object.entries(event).filter(([, value]) => value !== undefined);
  return { stage: event.stage, ...Object.fromEntries(set) };
}
