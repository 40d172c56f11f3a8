import type { Run } from '../../../../shared/queue/run.ts';
import { EMPTY_QUEUE, type QueueFacts } from '../rules/queue-share.ts';

/** Counts the waiting runs for the rules of the queue, in memory. */
export interface WaitingRuns {
  factsFor(clientId: string): QueueFacts;
  /** A run has changed; `before` is left out for a new one. */
  note(after: Run, before?: Run): void;
}

export function createWaitingRuns(): WaitingRuns {
  const costs = new Map<string, number>();
  const turns = new Map<string, number>();
  let servedTurn = 0;

  function add(clientId: string, cost: number): void {
    const sum = (costs.get(clientId) ?? 0) + cost;
    if (sum > 0) costs.set(clientId, sum);
    else costs.delete(clientId);
    if (costs.size > 0) return;
    turns.clear();
    servedTurn = 0;
  }

  return {
    factsFor: (clientId) => ({
      clients: costs.size,
      ownCost: costs.get(clientId) ?? EMPTY_QUEUE.ownCost,
      ownTurn: turns.get(clientId) ?? EMPTY_QUEUE.ownTurn,
      servedTurn,
    }),
    note: (after, before) => {
      const [wasWaiting, isWaiting] = [before?.status === 'queued', after.status === 'queued'];
      if (before === undefined) turns.set(after.clientId, Math.max(after.turn, turns.get(after.clientId) ?? 0));
      if (wasWaiting && after.status === 'running') servedTurn = Math.max(servedTurn, after.turn);
      if (wasWaiting !== isWaiting) add(after.clientId, isWaiting ? after.cost : -after.cost);
    },
  };
}
