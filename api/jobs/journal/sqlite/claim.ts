import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { type Claim, type Order, type Ticket, toTicketText } from '../journal.ts';
import { type ClaimDecision, decideClaim } from '../rules/claim.ts';
import { recordLifeMs } from '../rules/life.ts';
import type { SqliteReader } from './reader.ts';
import { NEVER, type Statements } from './statements.ts';
import type { WaitingRuns } from './waiting-runs.ts';

type Written = Exclude<ClaimDecision, { readonly record: unknown }>;

interface ClaimOptions {
  readonly sql: Statements;
  readonly read: SqliteReader;
  readonly waiting: WaitingRuns;
  /** Changes a run without an event. */
  readonly amend: (runId: string, amendment: Partial<Run>) => void;
  readonly transaction: <T>(step: () => T) => T;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

/** Claims in the file, as `rules/claim.ts` decides. */
export function createSqliteClaim(options: ClaimOptions): (order: Order) => Claim {
  const { sql, read, waiting, amend, transaction, clock, keepMs } = options;

  function addTicket(ticket: Ticket, run: Run, expiresAt: number): void {
    const { key, runId, clientId, createdAt, comesBack, callbackUrl } = ticket;
    const dueAt = isEnded(run.status) ? clock.now() : NEVER;
    sql.insertTicket.run({
      ...{ key, runId, clientId, comesBack: comesBack ? 1 : 0, at: createdAt, expiresAt },
      callbackDueAt: callbackUrl === undefined ? null : dueAt,
      data: toTicketText(ticket),
    });
  }

  function write({ sharing, idempotency, run }: Order, decision: Written, now: number): Claim {
    const expiresAt = now + recordLifeMs(keepMs, run.rememberMs);
    const setName = (name: string, target: object): void =>
      void sql.setName.run({ name, target: JSON.stringify(target), expiresAt });
    if (decision.how === 'made') {
      const { id, clientId, createdAt } = decision.run;
      sql.insertRun.run({ id, clientId, at: createdAt, data: JSON.stringify(decision.run) });
      if (sharing !== undefined) setName(sharing.name, decision.named);
    } else amend(decision.run.id, { attendedBy: decision.run.attendedBy });
    addTicket(decision.ticket, decision.run, expiresAt);
    if (idempotency !== undefined) {
      setName(idempotency.name, { ticketKey: decision.ticket.key, fingerprint: idempotency.fingerprint });
    }
    return { how: decision.how, ticket: decision.ticket, run: decision.run };
  }

  return (order) => {
    const { sharing, idempotency, run } = order;
    const now = clock.now();
    // Only this process has the file, and this code is synchronous, so reading the facts needs no transaction.
    const decision = decideClaim(order, {
      now,
      keyed: idempotency && read.keyed(idempotency.name),
      named: sharing === undefined ? [] : read.named(sharing.name),
      queue: waiting.factsFor(run),
    });
    if ('record' in decision) return { ...decision.record, how: decision.how };
    return transaction(() => write(order, decision, now));
  };
}
