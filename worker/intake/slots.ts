import { AppError } from '../../shared/errors.ts';
import { createRoom } from '../../shared/queue/room.ts';
import { type Clock, toAbortError } from '../../shared/wait.ts';

export interface SlotsOptions {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly clock: Pick<Clock, 'elapsed' | 'wait'>;
}

export interface SlotUse {
  readonly signal: AbortSignal;
  /** Of the run, in ordinary pictures. */
  readonly cost: number;
  /** Called with the place in the queue (1 is next), at once and at each change. */
  readonly onPosition: (position: number) => void;
}

export interface Slots {
  /**
   * Throws `queue_full` at once if too many jobs wait. Resolves with the function that gives the slot back, in the order
   * of arrival among those that there is room for. Rejects with the signal's reason.
   */
  enter(use: SlotUse): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
}

interface Waiter extends SlotUse {
  readonly start: () => void;
}

/** Guess of a job's duration, until the first one has ended. */
const GUESS_SECONDS = 10;
const MAX_RETRY_AFTER_SECONDS = 60;
const RECENT_JOBS = 10;

/** Limits how many jobs run and how many wait. A waiting job does not fit now, so a new job that fits may start before it. */
export function createSlots({ concurrency, maxWaiting, clock }: SlotsOptions): Slots {
  const queue: Waiter[] = [];
  const room = createRoom({ concurrency: () => concurrency, clock, onChange: startWaiting });
  // Who waits for it is known to the gateway, which sends what may be made.
  const hasRoom = ({ cost }: SlotUse): boolean => room.hasPlace() || room.hasPlaceBeside(cost, 'waits');
  let durationsMs: number[] = [];

  function occupy({ cost }: SlotUse): () => void {
    const leave = room.enter(cost);
    const startedAt = clock.elapsed();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      durationsMs = [...durationsMs, clock.elapsed() - startedAt].slice(-RECENT_JOBS);
      leave();
    };
  }

  function startWaiting(): void {
    for (const waiter of [...queue]) {
      if (!hasRoom(waiter)) continue;
      queue.splice(queue.indexOf(waiter), 1);
      waiter.start();
    }
    reportPositions();
  }

  function reportPositions(): void {
    for (const [index, waiter] of queue.entries()) waiter.onPosition(index + 1);
  }

  function wait(use: SlotUse): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(toAbortError(use.signal));
        reportPositions();
      };
      const start = (): void => {
        use.signal.removeEventListener('abort', giveUp);
        resolve(occupy(use));
      };
      const waiter = { ...use, start };
      use.signal.addEventListener('abort', giveUp, { once: true });
      queue.push(waiter);
      use.onPosition(queue.length);
    });
  }

  function full(): AppError {
    const meanMs = durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length;
    const seconds = durationsMs.length === 0 ? GUESS_SECONDS : Math.ceil(meanMs / 1000 / concurrency);
    const retryAfterSeconds = Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, seconds));
    return new AppError('queue_full', `${room.running} run and ${queue.length} wait`, { retryAfterSeconds });
  }

  return {
    enter(use) {
      if (use.signal.aborted) return Promise.reject(toAbortError(use.signal));
      if (hasRoom(use)) return Promise.resolve(occupy(use));
      if (queue.length >= maxWaiting) throw full();
      return wait(use);
    },
    get running() {
      return room.running;
    },
    get waiting() {
      return queue.length;
    },
  };
}
