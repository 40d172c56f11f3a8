import { AppError, toAppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import { type Clock, pause } from '../../shared/wait.ts';
import { assertReachable } from '../upstream/reach.ts';
import type { Breaker } from './breaker.ts';

/** Longest time that the first job waits for the answer, so that the first picture takes only a few seconds. */
const LOOK_MS = 1500;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** The rest is longer than the pause, so that the next look, rather than a caller's job, finds out whether it has ended. */
const MARGIN_MS = 2 * LOOK_MS;

interface ReachabilityOptions {
  readonly name: string;
  /** Address of the engine's upstream. Missing: it has none. */
  readonly serviceUrl?: string | undefined;
  readonly breaker: Pick<Breaker, 'rest'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Reachability {
  /** Looks at once, and while the upstream cannot be reached again after pauses that grow. */
  start(): void;
  /** Resolves when the first look has ended, or at once if none is under way. */
  known(): Promise<void>;
  stop(): void;
}

/** Lets an engine rest from the start if its upstream cannot be reached, so that no caller has to wait to find out. */
export function createReachability(options: ReachabilityOptions): Reachability {
  const { name, serviceUrl, breaker, clock, log } = options;
  const stopping = new AbortController();
  let first: Promise<void> = Promise.resolve();

  async function look(url: string, restMs: number): Promise<boolean> {
    try {
      await assertReachable(url, { timeoutMs: LOOK_MS, signal: stopping.signal });
      return true;
    } catch (thrown) {
      if (stopping.signal.aborted) return true;
      const { code, message } = toAppError(thrown, 'engine_failed');
      log.warn({ engine: name, reason: message }, 'the upstream of an engine cannot be reached');
      breaker.rest(new AppError(code, `${name}: ${message}`), restMs);
      return false;
    }
  }

  async function lookAgain(url: string): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    do {
      await pause(clock, pauseMs, stopping.signal);
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
    stop: () => stopping.abort(),
  };
}
