import type { Order, Sharing, Ticket } from '../../../api/jobs/journal/journal.ts';
import type { Run } from '../../../shared/queue/run.ts';
import { draft } from './drafts.ts';

export interface TicketChange extends Partial<Ticket> {
  readonly sharing?: Omit<Sharing, 'saysRetry'>;
}

let number = 0;

/** Orders as the job module gives them to its journal. */
export function toOrder(now: number, { sharing, ...change }: TicketChange = {}): Order {
  number += 1;
  const key = `ticket-${number}`;
  const run: Run = {
    ...{ id: `run-${number}`, ticketId: key, clientId: change.clientId ?? 'anna', status: 'queued', number: 1 },
    ...{ request: { ...draft(), seed: 1, seedGiven: true, guidanceScale: 7, shape: 'square' }, received: false },
    ...{ needsCredentials: false, rememberMs: 60_000, trace: { requestId: 'r', traceparent: 't' } },
    ...{ cost: 1, turn: 0, isRetry: false, attendedBy: '', steps: [{ number: 1, status: 'queued' }] },
    createdAt: now,
  };
  const ticket: Ticket = {
    ...{ key, runId: run.id, clientId: run.clientId, origin: 'made', comesBack: true },
    ...{ isFetch: false, released: false, notes: [], createdAt: now },
    ...change,
  };
  return { run, ticket, sharing: sharing && { ...sharing, saysRetry: false }, fresh: false, maxWaiting: 100 };
}
