/** Who may join the waiting runs, and when each one's turn comes: the only algorithm of fairness. */

/** The waiting runs as a new one of this client meets them. */
export interface QueueFacts {
  /** Clients with waiting runs. */
  readonly clients: number;
  /** Of this client's waiting runs. */
  readonly ownCost: number;
  /** Turn of this client's last run. */
  readonly ownTurn: number;
  /** Turn of the run that was begun last. */
  readonly servedTurn: number;
}

export const EMPTY_QUEUE: QueueFacts = { clients: 0, ownCost: 0, ownTurn: 0, servedTurn: 0 };

/**
 * All places belong to a client alone in the queue, half of them when there are two, and so on: whoever fills its share
 * leaves the others theirs, and no number of clients makes more than about five times `maxWaiting` wait. Whoever has
 * nothing waiting may send one run of any size.
 */
export function isAdmitted(cost: number, maxWaiting: number, facts: QueueFacts): boolean {
  return facts.ownCost <= mostWaitingBefore(cost, maxWaiting, facts);
}

/** What a client's waiting runs may cost at most before one of this cost; below zero when it has no share at all. */
export function mostWaitingBefore(cost: number, maxWaiting: number, { clients, ownCost }: QueueFacts): number {
  const share = maxWaiting / (ownCost > 0 ? clients : clients + 1);
  return share < 1 ? -1 : Math.max(0, Math.floor(share - cost));
}

/**
 * A small run comes with the run that was begun last, or one after its client's last: whoever has nothing waiting is
 * served at once, before the many of another. A larger one comes as much later as it costs more, so that small ones
 * pass it. Each run that is begun brings the others nearer, so nobody waits for ever.
 */
export const nextTurn = ({ servedTurn, ownTurn }: QueueFacts, cost: number): number =>
  Math.max(servedTurn, ownTurn + 1) + cost - 1;
