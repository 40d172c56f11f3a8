/** The queue of due callbacks. Callers take turns, so that one caller's slow receivers do not delay another's callbacks. */

export interface Turn {
  /** The client that wants the callback. */
  readonly clientId: string;
  readonly host: string;
  /** By the clock's `elapsed`: after this time the callback is not begun, because the journal hands it out again. */
  readonly until: number;
}

export interface CallTurns<T extends Turn> {
  readonly hasRoom: boolean;
  /** Returns false when this caller already has too many callbacks here. */
  add(turn: T): boolean;
  /** The next callback that may be made now. Call `end` afterwards. */
  begin(elapsed: number): T | undefined;
  end(turn: T): void;
}

const BOUNDS = {
  atOnce: 16,
  /** Simultaneous calls for one caller, so that a receiver that never answers delays only that caller. */
  atOnceOfCaller: 2,
  atOnceToHost: 6,
  waiting: 200,
  waitingOfCaller: 20,
} as const;

export function createCallTurns<T extends Turn>(): CallTurns<T> {
  /** Callbacks by caller, in the order of the callers' turns. */
  const lanes = new Map<string, T[]>();
  const underway = new Set<T>();

  const count = (isMeant: (turn: T) => boolean): number => [...underway].filter(isMeant).length;
  const mayBegin = ({ clientId, host }: T): boolean =>
    count((turn) => turn.clientId === clientId) < BOUNDS.atOnceOfCaller &&
    count((turn) => turn.host === host) < BOUNDS.atOnceToHost;

  function take(clientId: string, lane: T[], index: number): T | undefined {
    const [turn] = lane.splice(index, 1);
    lanes.delete(clientId);
    if (lane.length > 0) lanes.set(clientId, lane);
    return turn;
  }

  function dropLate(elapsed: number): void {
    for (const [clientId, lane] of [...lanes]) {
      const timely = lane.filter(({ until }) => elapsed < until);
      if (timely.length > 0) lanes.set(clientId, timely);
      else lanes.delete(clientId);
    }
  }

  return {
    get hasRoom() {
      return [...lanes.values()].flat().length < BOUNDS.waiting;
    },
    add: (turn) => {
      const lane = lanes.get(turn.clientId) ?? [];
      if (lane.length >= BOUNDS.waitingOfCaller) return false;
      lane.push(turn);
      lanes.set(turn.clientId, lane);
      return true;
    },
    begin: (elapsed) => {
      dropLate(elapsed);
      if (underway.size >= BOUNDS.atOnce) return undefined;
      for (const [clientId, lane] of lanes) {
        const index = lane.findIndex(mayBegin);
        const turn = index < 0 ? undefined : take(clientId, lane, index);
        if (turn === undefined) continue;
        underway.add(turn);
        return turn;
      }
      return undefined;
    },
    end: (turn) => void underway.delete(turn),
  };
}
