/** Decides which runs may join the queue, and at which turn. The order of the queue is in `shared/queue/turns.ts`. */

/** The state of the queue for a new run of one client. */
export interface QueueFacts {
  /** Number of clients with waiting runs. */
  readonly clients: number;
  /** Total cost of this client's waiting runs. */
  readonly ownCost: number;
  /** Place of the last run in the same line. */
  readonly lastPlace: number;
  /** The queue's present turn. */
  readonly servedTurn: number;
}

export const EMPTY_QUEUE: QueueFacts = { clients: 0, ownCost: 0, lastPlace: 0, servedTurn: 0 };

/**
 * A single client in the queue may use all places, two clients half of them each, and so on. So a client that fills its share
 * leaves the others theirs, and at most about five times `maxWaiting` waits, for any number of clients. A client with
 * nothing waiting may send one run of any size.
 */
export function isAdmitted(cost: number, maxWaiting: number, facts: QueueFacts): boolean {
  return facts.ownCost <= maxWaitingBefore(cost, maxWaiting, facts);
}

/** Highest cost of a client's waiting runs at which a run of this cost is admitted. Below zero when the client has no share. */
export function maxWaitingBefore(cost: number, maxWaiting: number, { clients, ownCost }: QueueFacts): number {
  const share = maxWaiting / (ownCost > 0 ? clients : clients + 1);
  return share < 1 ? -1 : Math.max(0, Math.floor(share - cost));
}

/** A client with nothing waiting joins at the queue's present turn, before the many runs of another. Others join after their last run. */
export const nextTurn = ({ servedTurn, lastPlace }: QueueFacts): number => Math.max(servedTurn, lastPlace);
