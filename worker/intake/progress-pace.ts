import type { ProgressEvent } from '../../shared/contract/generation.ts';
import { type Clock, pause } from '../../shared/wait.ts';

/**
 * Limits progress reports to two a second: an engine may report every step, and each report costs a write to the
 * gateway's journal and an event to every follower. No stage is left out; within a stage only the newest state is sent.
 */

const INTERVAL_MS = 500;

interface ProgressPaceOptions {
  /** Gets what was held back, oldest first. It is called once at a time; with `isUrgent` it must not be asynchronous. */
  readonly send: (events: readonly ProgressEvent[]) => void | Promise<void>;
  /** Whether an event is sent at once, together with what was held back. `last`: the event before it. */
  readonly isUrgent?: (event: ProgressEvent, last: ProgressEvent | undefined) => boolean;
  /** Sending failed later than in `add`. */
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
}

export interface ProgressPace {
  add(event: ProgressEvent): void;
  /** Sends nothing more. Resolves with what is still held back, when the sending under way has ended. */
  end(): Promise<readonly ProgressEvent[]>;
}

export function createProgressPace({ send, isUrgent, onFailure, clock }: ProgressPaceOptions): ProgressPace {
  const wake = new AbortController();
  let isEnded = false;
  let last: ProgressEvent | undefined;
  let held: readonly ProgressEvent[] = [];
  let sending: Promise<void> | undefined;

  function takeHeld(): readonly ProgressEvent[] {
    const events = held;
    held = [];
    return events;
  }

  async function sendInIntervals(): Promise<void> {
    while (held.length > 0) {
      await pause(clock, INTERVAL_MS, wake.signal);
      if (isEnded) return;
      if (held.length > 0) await send(takeHeld());
    }
  }

  return {
    add: (event) => {
      if (isEnded) return;
      const isNow = isUrgent?.(event, last) === true;
      last = event;
      held = merge(held, event);
      if (isNow) return void send(takeHeld());
      sending ??= sendInIntervals()
        .catch(onFailure)
        .finally(() => {
          sending = undefined;
        });
    },
    end: async () => {
      isEnded = true;
      if (sending !== undefined) wake.abort();
      await sending;
      return held;
    },
  };
}

function merge(held: readonly ProgressEvent[], event: ProgressEvent): readonly ProgressEvent[] {
  const newest = held.at(-1);
  if (newest?.stage !== event.stage) return [...held, event];
  // A field that the event leaves undefined must not hide the one before it.
  const set = Object.entries(event).filter(([, value]) => value !== undefined);
  return [...held.slice(0, -1), { ...newest, ...Object.fromEntries(set) }];
}
