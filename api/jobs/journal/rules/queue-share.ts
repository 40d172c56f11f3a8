/** Who may join the waiting runs, and where. Their order is in `shared/queue/turns.ts`. */

/** The waiting runs as a new one of this client meets them. */
export interface QueueFacts {
  /** Clients with waiting runs. */
  readonly clients: number;
  /** Of this client's waiting runs. */
  readonly ownCost: number;
  /** Place of the last run in the same line. */
  readonly lastPlace: number;
  /** The turn that the queue has come to. */
  readonly servedTurn: number;
}

export const EMPTY_QUEUE: QueueFacts = { clients: 0, ownCost: 0, lastPlace: 0, servedTurn: 0 };

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

/** Whoever has nothing waiting joins where the queue has come to, before the many of another; others after their last. */
export const nextTurn = ({ servedTurn, lastPlace }: QueueFacts): number => Math.max(servedTurn, lastPlace);
