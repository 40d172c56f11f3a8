/** Takes from each client in turn, so that one client's many waiting jobs do not delay another's first. */

export interface Waiting {
  readonly clientId: string;
  readonly id: string;
}

export interface FairQueue {
  readonly size: number;
  push(clientId: string, id: string): void;
  /** Before the client's other jobs: what was begun already. */
  putBack(clientId: string, id: string): void;
  take(): Waiting | undefined;
  remove(id: string): boolean;
  /** 1 is next; undefined when it does not wait here. */
  position(id: string): number | undefined;
  ids(): readonly string[];
}

export function createFairQueue(): FairQueue {
  /** In the order in which clients come to their turn. */
  const lanes = new Map<string, string[]>();
  const clients = new Map<string, string>();

  function laneFor(clientId: string, id: string): string[] {
    const lane = lanes.get(clientId) ?? [];
    lanes.set(clientId, lane);
    clients.set(id, clientId);
    return lane;
  }

  return {
    get size() {
      return clients.size;
    },
    push: (clientId, id) => {
      if (!clients.has(id)) laneFor(clientId, id).push(id);
    },
    putBack: (clientId, id) => {
      if (!clients.has(id)) laneFor(clientId, id).unshift(id);
    },
    take: () => {
      const [next] = lanes;
      if (next === undefined) return undefined;
      const [clientId, lane] = next;
      const id = lane.shift();
      lanes.delete(clientId);
      if (lane.length > 0) lanes.set(clientId, lane);
      if (id === undefined) return undefined;
      clients.delete(id);
      return { clientId, id };
    },
    remove: (id) => {
      const clientId = clients.get(id);
      const lane = clientId === undefined ? undefined : lanes.get(clientId);
      if (clientId === undefined || lane === undefined) return false;
      lane.splice(lane.indexOf(id), 1);
      if (lane.length === 0) lanes.delete(clientId);
      return clients.delete(id);
    },
    position: (id) => {
      const clientId = clients.get(id);
      const turn = clientId === undefined ? undefined : lanes.get(clientId)?.indexOf(id);
      if (turn === undefined) return undefined;
      let before = turn;
      let isBeforeMine = true;
      for (const [other, lane] of lanes) {
        if (other === clientId) isBeforeMine = false;
        else before += Math.min(lane.length, isBeforeMine ? turn + 1 : turn);
      }
      return before + 1;
    },
    ids: () => [...clients.keys()],
  };
}
