import type { RunEnd } from '../../shared/queue/run.ts';
import type { Clock } from '../../shared/wait.ts';
import type { JobsObserver } from '../jobs/observer.ts';
import type { Bar } from '../page/status/view.ts';

/** Outcomes of the last day's runs by engine, in memory, for the status page. */

export interface EngineHistory {
  readonly name: string;
  /** Oldest first. The last one is the present half hour. */
  readonly bars: readonly Bar[];
}

export interface LastPicture {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly tookMs: number | undefined;
}

export interface History {
  /** `resting`: engines that rested, by the workers' last reports. */
  note(end: RunEnd, resting: readonly string[]): void;
  claimed: JobsObserver['claimed'];
  /** Number of requests for pictures since the start, and how many of them a remembered picture answered. */
  claims(): { readonly requests: number; readonly remembered: number };
  /** Includes engines without any runs. */
  of(engines: readonly string[]): readonly EngineHistory[];
  /** The last picture that was made. Undefined before the first one. */
  lastPicture(): LastPicture | undefined;
}

const BARS = 48;
const BAR_MS = 30 * 60_000;
/** Limits the names, because they come from workers. */
const MAX_ENGINES = 100;

interface Count {
  done: number;
  failed: number;
  rested: boolean;
}

export function createHistory({ now }: Pick<Clock, 'now'>): History {
  /** Counts by engine and number of the bar. */
  const counts = new Map<string, Map<number, Count>>();
  let last: LastPicture | undefined;
  let requests = 0;
  let remembered = 0;

  function countOf(engine: string): Count | undefined {
    const bar = Math.floor(now() / BAR_MS);
    const known = counts.get(engine);
    if (known === undefined && counts.size >= MAX_ENGINES) return undefined;
    const bars = known ?? new Map<number, Count>();
    counts.set(engine, bars);
    for (const old of bars.keys()) if (old <= bar - BARS) bars.delete(old);
    const count = bars.get(bar) ?? { done: 0, failed: 0, rested: false };
    bars.set(bar, count);
    return count;
  }

  return {
    note({ engine, attempts, tookMs }, resting) {
      for (const name of resting) {
        const count = countOf(name);
        if (count !== undefined) count.rested = true;
      }
      for (const attempt of attempts) {
        const count = countOf(attempt.engine);
        if (count !== undefined) count.failed += 1;
      }
      if (engine === undefined) return;
      last = { at: now(), tookMs };
      const count = countOf(engine);
      if (count !== undefined) count.done += 1;
    },
    of(engines) {
      const newest = Math.floor(now() / BAR_MS);
      const numbers = Array.from({ length: BARS }, (_, index) => newest - BARS + 1 + index);
      return engines.map((name) => ({
        name,
        bars: numbers.map((number) => {
          const count = counts.get(name)?.get(number) ?? { done: 0, failed: 0, rested: false };
          return { startsAt: number * BAR_MS, ...count };
        }),
      }));
    },
    lastPicture: () => last,
    claimed(how) {
      requests += 1;
      if (how === 'remembered') remembered += 1;
    },
    claims: () => ({ requests, remembered }),
  };
}
