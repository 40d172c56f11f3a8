import { isEnded } from '../../../../shared/queue/run.ts';
import type { Claim, Order, Ticket } from '../journal.ts';
import { wayToShare } from '../sharing.ts';
import type { SqliteReader } from './reader.ts';
import { parseColumn, type Statements } from './statements.ts';

interface ClaimContext {
  readonly sql: Statements;
  readonly read: SqliteReader;
  readonly now: number;
  readonly waiting: number;
}

/** Due when the share of a ticket has ended; the largest moment that a Date knows. */
export const NEVER = 8.64e15;

/** To be called inside a transaction. */
export function claimRun(order: Order, { sql, read, now, waiting }: ClaimContext): Claim {
  const { ticket, run, sharing, idempotency } = order;
  const repeated = findRepeated(order, sql, read);
  if (repeated !== undefined) return repeated;
  const earlier = sharing === undefined || order.fresh ? undefined : read.named(sharing.name);
  const way = earlier && sharing && wayToShare(earlier, sharing.kind, now);
  if (earlier !== undefined && way !== undefined) {
    const joining: Ticket = { ...ticket, runId: earlier.id, origin: way };
    addTicket(joining, idempotency, { sql, callbackDueAt: isEnded(earlier.status) ? now : NEVER });
    return { how: way, ticket: joining, run: earlier };
  }
  if (waiting >= order.maxWaiting) return { how: 'full', ticket, run };
  sql.insertRun.run({ id: run.id, clientId: run.clientId, at: run.createdAt, data: JSON.stringify(run) });
  addTicket(ticket, idempotency, { sql, callbackDueAt: NEVER });
  if (sharing !== undefined) sql.setName.run({ name: sharing.name, target: JSON.stringify(run.id), at: now });
  return { how: 'made', ticket, run };
}

interface Repeatable {
  readonly ticketKey: string;
  readonly fingerprint: string;
}

function findRepeated({ idempotency }: Order, sql: Statements, read: SqliteReader): Claim | undefined {
  if (idempotency === undefined) return undefined;
  const known = parseColumn<Repeatable>(sql.name.get(idempotency.name), 'target');
  const held = known === undefined ? undefined : read.held(known.ticketKey);
  if (held === undefined) return undefined;
  return { how: known?.fingerprint === idempotency.fingerprint ? 'repeated' : 'conflict', ...held };
}

interface Adding {
  readonly sql: Statements;
  readonly callbackDueAt: number;
}

function addTicket(ticket: Ticket, idempotency: Order['idempotency'], { sql, callbackDueAt }: Adding): void {
  const { key, runId, clientId, createdAt, asynchronous, callbackUrl } = ticket;
  sql.insertTicket.run({
    key,
    runId,
    clientId,
    patient: asynchronous ? 1 : 0,
    callbackDueAt: callbackUrl === undefined ? null : callbackDueAt,
    at: createdAt,
    data: JSON.stringify(ticket),
  });
  if (idempotency === undefined) return;
  const target: Repeatable = { ticketKey: key, fingerprint: idempotency.fingerprint };
  sql.setName.run({ name: idempotency.name, target: JSON.stringify(target), at: createdAt });
}
