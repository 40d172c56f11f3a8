import { type Attendance, attendanceOf, placeOf } from '../../../shared/queue/turns.ts';
import type { QueuedRun } from '../dispatch.ts';

/** Waiting runs, ordered by place and then by age. */
export interface RunQueue {
  readonly size: number;
  push(run: QueuedRun, options?: PushOptions): void;
  /** Removes and returns the first run that fits. */
  take(fits: (run: WaitingRun) => boolean): WaitingRun | undefined;
  remove(id: string): boolean;
  /** Its engine may serve again. Does nothing if the run does not wait here. */
  release(id: string): void;
  /** Does nothing if the run does not wait here. */
  attend(id: string, attendance: Attendance): void;
  /** 1 is next; postponed runs do not count. Undefined if it does not wait here, or is postponed itself. */
  position(id: string): number | undefined;
  ids(): readonly string[];
  /** Those that their engine has kept waiting. */
  postponed(): readonly WaitingRun[];
}

interface PushOptions {
  /** Replaces the place of its turn. */
  readonly place?: number;
  /** Its engine rests, until `release`. */
  readonly isResting?: boolean;
}

export interface WaitingRun extends QueuedRun {
  readonly attendance: Attendance;
  readonly place: number;
  /** Its engine has kept it waiting, and still rests, or may serve again. */
  readonly postponed: 'resting' | 'due' | undefined;
}

export function createRunQueue(): RunQueue {
  /** In the order of the queue. */
  const runs: WaitingRun[] = [];
  const byId = new Map<string, WaitingRun>();

  /** The index of this run, or the one at which it has to be inserted. */
  function indexOf(run: WaitingRun): number {
    let [low, high] = [0, runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = runs[middle];
      if (other !== undefined && compare(other, run) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function insert(run: WaitingRun): void {
    byId.set(run.id, run);
    runs.splice(indexOf(run), 0, run);
  }

  function remove(id: string): boolean {
    const run = byId.get(id);
    if (run === undefined) return false;
    runs.splice(indexOf(run), 1);
    return byId.delete(id);
  }

  return {
    get size() {
      return runs.length;
    },
    push: ({ id, clientId, turn, createdAt, cost, attendedBy }, { place, isResting = false } = {}) => {
      if (byId.has(id)) return;
      const run = { id, clientId, turn, createdAt, cost, attendedBy };
      const attendance = attendanceOf(run);
      insert({
        ...{ ...run, attendance, place: place ?? placeOf(run, attendance) },
        postponed: isResting ? 'resting' : undefined,
      });
    },
    take: (fits) => {
      const index = runs.findIndex(fits);
      const [next] = index < 0 ? [] : runs.splice(index, 1);
      if (next !== undefined) byId.delete(next.id);
      return next;
    },
    remove,
    attend: (id, attendance) => {
      const run = byId.get(id);
      if (run !== undefined && remove(id)) insert({ ...run, attendance, place: placeOf(run, attendance) });
    },
    release: (id) => {
      const run = byId.get(id);
      if (run !== undefined && remove(id)) insert({ ...run, postponed: 'due' });
    },
    position: (id) => {
      const run = byId.get(id);
      if (run === undefined || isPostponed(run)) return undefined;
      return runs.slice(0, indexOf(run)).filter((other) => !isPostponed(other)).length + 1;
    },
    ids: () => runs.map(({ id }) => id),
    postponed: () => runs.filter(isPostponed),
  };
}

const isPostponed = ({ postponed }: WaitingRun): boolean => postponed !== undefined;

const compare = (one: WaitingRun, other: WaitingRun): number =>
  one.place - other.place || one.createdAt - other.createdAt || (one.id < other.id ? -1 : Number(one.id > other.id));
