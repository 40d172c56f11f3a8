import type { JobRecord, Order, Sharing, Ticket } from '../../../../../api/jobs/journal/journal.ts';
import type { Run } from '../../../../../shared/queue/run.ts';
import { type TicketChange, toOrder } from '../../orders.ts';

/** Records for the tables of the rules. Their time is 1000. */

export const NOW = 1000;

/** The run of an earlier request, and the idempotency key of its caller. */
export const run = (change: Partial<Run> = {}): Run => ({
  ...toOrder(NOW).run,
  ...{ id: 'earlier', ticketId: 'first', status: 'running', attendedBy: 'first' },
  ...change,
});

export const done = (change: Partial<Run> = {}): Run => run({ status: 'done', rememberUntil: NOW + 1, ...change });

export const ticket = (change: Partial<Ticket> = {}): Ticket => ({
  ...toOrder(NOW).ticket,
  ...{ key: 'first', runId: 'earlier', comesBack: false },
  ...change,
});

export const record = (change: { ticket?: Partial<Ticket>; run?: Partial<Run> } = {}): JobRecord => ({
  ticket: ticket(change.ticket),
  run: run(change.run),
});

export function order(change: Partial<Order> & { readonly kind?: Sharing['kind']; saysRetry?: boolean } = {}): Order {
  const { kind, saysRetry = false, ...rest } = change;
  const ticketChange: TicketChange = {
    key: 'new',
    comesBack: false,
    ...(kind && { sharing: { kind, name: 'a name' } }),
  };
  const made = toOrder(NOW, ticketChange);
  const run = { ...made.run, attendedBy: made.ticket.key };
  return { ...made, run, ...(made.sharing && { sharing: { ...made.sharing, saysRetry } }), ...rest };
}
