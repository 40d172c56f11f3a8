import type { GenerationRequest } from '../contract/generation.ts';
import type { Clock } from '../wait.ts';
import type { Attendance } from './turns.ts';

/** The cost of a run, and which runs may be made at the same time. Gateway and worker use the same rule. */

/** Pixels of an ordinary picture. */
const UNIT_PIXELS = 1024 * 1024;

/** Cost in ordinary pictures, because queue and slots count work instead of requests. */
export function costOf({
  count,
  width = 0,
  height = 0,
}: Pick<GenerationRequest, 'count' | 'width' | 'height'>): number {
  return count * Math.max(1, Math.ceil((width * height) / UNIT_PIXELS));
}

/** Cost of one ordinary picture. A run of this cost is small, any other is large. */
export const SMALLEST_COST = 1;

const isSmall = (cost: number): boolean => cost <= SMALLEST_COST;

/** The least cost of a run that is not small. */
export const LARGE_COST = 2;

/** A small run that takes longer than this counts as a large one from then on. */
export const QUICK_MS = 5000;
/** Most runs beyond `concurrency`. */
const MAX_BESIDE = 2;
/** Most small runs that are made at a time, unless `concurrency` allows more. */
const MAX_QUICK = 2;
/** More than half of this many small runs that ended last must have been quick. */
const LATELY = 6;

interface RoomOptions {
  /** Number of runs that are made at a time. */
  readonly concurrency: () => number;
  readonly clock: Pick<Clock, 'wait'>;
  /** Called when there may be room for another run. */
  readonly onChange: () => void;
}

export interface Room {
  readonly running: number;
  /** Whether an ordinary place is free. */
  readonly hasPlace: () => boolean;
  /**
   * Whether a run of this cost may begin although every ordinary place is taken. It may if it is small, and small runs have
   * been quick lately, because it takes about a second, and would otherwise wait for large runs that take many. Where every
   * run is slow, as on Perchance, none is made beside another. A run whose caller comes back may begin only if no other
   * small run is being made, because it can wait and would use the processor of the others.
   */
  readonly hasPlaceBeside: (cost: number, attendance: Attendance) => boolean;
  /** Takes a place, even if none is free. The returned function gives it back once. */
  enter(cost: number): () => void;
}

/** The runs in work at one worker. */
export function createRoom({ concurrency, clock, onChange }: RoomOptions): Room {
  let running = 0;
  let quick = 0;
  /** Whether each of the small runs that ended last was quick. */
  let recentlyQuick: boolean[] = [];
  const areQuick = (): boolean => recentlyQuick.filter(Boolean).length * 2 > recentlyQuick.length;

  return {
    get running() {
      return running;
    },
    hasPlace: () => running < concurrency(),
    hasPlaceBeside: (cost, attendance) =>
      isSmall(cost) &&
      areQuick() &&
      quick < (attendance === 'waits' ? MAX_QUICK : 1) &&
      running < concurrency() + MAX_BESIDE,
    enter: (cost) => {
      const left = new AbortController();
      let isQuick = isSmall(cost);
      const beSlow = (): void => {
        if (isQuick) quick -= 1;
        isQuick = false;
      };
      running += 1;
      if (isQuick) {
        quick += 1;
        clock.wait(QUICK_MS, left.signal).then(
          () => {
            beSlow();
            onChange();
          },
          // The run has ended.
          () => undefined,
        );
      }
      return () => {
        if (left.signal.aborted) return;
        left.abort();
        if (isSmall(cost)) recentlyQuick = [...recentlyQuick, isQuick].slice(-LATELY);
        beSlow();
        running -= 1;
        onChange();
      };
    },
  };
}
