import { AppError, toAppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import { type Clock, pause } from '../../shared/wait.ts';
import { assertReachable } from '../upstream/reach.ts';
import type { Breaker } from './breaker.ts';

/** So long the first job waits for the answer at most: the first picture must not take more than a few seconds. */
const LOOK_MS = 1500;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** The rest outlasts the pause, so that the next look and no caller's job finds out whether it has ended. */
const MARGIN_MS = 2 * LOOK_MS;

interface ReachabilityOptions {
  readonly name: string;
  /** Where the engine's service is; left out: it needs nothing from outside. */
  readonly serviceUrl?: string | undefined;
  readonly breaker: Pick<Breaker, 'rest'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Reachability {
  /** Looks at once; while the service cannot be reached, again and again, with pauses that grow. */
  start(): void;
  /** Resolves when the first look has ended; at once when there is none under way. */
  known(): Promise<void>;
  stop(): void;
}

/** Lets an engine rest from the start whose service cannot be reached, before any caller pays for finding out. */
export function createReachability(options: ReachabilityOptions): Reachability {
  const { name, serviceUrl, breaker, clock, log } = options;
  const ending = new AbortController();
  let first: Promise<void> = Promise.resolve();

  async function look(url: string, restMs: number): Promise<boolean> {
    try {
      await assertReachable(url, { timeoutMs: LOOK_MS, signal: ending.signal });
      return true;
    } catch (thrown) {
      if (ending.signal.aborted) return true;
      const { code, message } = toAppError(thrown, 'engine_failed');
      log.warn({ engine: name, reason: message }, 'the service of an engine cannot be reached');
      breaker.rest(new AppError(code, `${name}: ${message}`), restMs);
      return false;
    }
  }

  async function lookAgain(url: string): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    do {
      await pause(clock, pauseMs, ending.signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    } while (!(await look(url, pauseMs + MARGIN_MS)));
  }

  return {
    start() {
      if (serviceUrl === undefined) return;
      first = look(serviceUrl, FIRST_PAUSE_MS + MARGIN_MS).then((isReachable) => {
        if (!isReachable) void lookAgain(serviceUrl);
      });
    },
    known: () => first,
    stop: () => ending.abort(),
  };
}
