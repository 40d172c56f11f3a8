import type { Run } from '../../../../shared/queue/run.ts';
import { attendanceOf, lineOf, placeOf, servedTurnOf } from '../../../../shared/queue/turns.ts';
import { EMPTY_QUEUE, type QueueFacts } from '../rules/queue-share.ts';

export type WaitingRuns = ReturnType<typeof createWaitingRuns>;

/** Counts the waiting runs for the rules of the queue, in memory. */
export function createWaitingRuns() {
  const costs = new Map<string, number>();
  /** Place of the last run, by line. */
  const lastPlaces = new Map<string, number>();
  let servedTurn = 0;

  function add(clientId: string, cost: number): void {
    const sum = (costs.get(clientId) ?? 0) + cost;
    if (sum > 0) costs.set(clientId, sum);
    else costs.delete(clientId);
    if (costs.size > 0) return;
    lastPlaces.clear();
    servedTurn = 0;
  }

  return {
    factsFor: (run: Pick<Run, 'clientId' | 'attendedBy'>): QueueFacts => ({
      clients: costs.size,
      ownCost: costs.get(run.clientId) ?? EMPTY_QUEUE.ownCost,
      lastPlace: lastPlaces.get(lineOf(run)) ?? EMPTY_QUEUE.lastPlace,
      servedTurn,
    }),
    /** Counts a changed run. `before` is undefined for a new one. */
    note: (after: Run, before?: Run): void => {
      const [wasWaiting, isWaiting] = [before?.status === 'queued', after.status === 'queued'];
      if (before === undefined) {
        const place = placeOf(after, attendanceOf(after));
        lastPlaces.set(lineOf(after), Math.max(place, lastPlaces.get(lineOf(after)) ?? 0));
      }
      if (wasWaiting && after.status === 'running') servedTurn = Math.max(servedTurn, servedTurnOf(after));
      if (wasWaiting !== isWaiting) add(after.clientId, isWaiting ? after.cost : -after.cost);
    },
  };
}
