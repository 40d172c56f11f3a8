import type { PostgresBackend } from '../../../../shared/queue/postgres/backend.ts';
import { fromRunRow, RUN_COLUMNS, type RunRow } from '../../../../shared/queue/postgres/runs.ts';
import type { Run } from '../../../../shared/queue/run.ts';
import { FIRST_EVENT, toFinish, toRunBase } from '../../../../shared/queue/shared-runs.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { unpackHistory } from '../../wait/history.ts';
import { type Claim, type Held, type Journal, NOBODY_WAITS, type Order, type Ticket } from '../journal.ts';
import { createSubscriptions } from '../redis/subscriptions.ts';

/** The journal of any number of gateways on PostgreSQL; what must be one step is a function of its schema. */

interface PostgresJournalOptions {
  readonly backend: PostgresBackend;
  readonly clock: Clock;
  readonly keepMs: number;
  readonly log: Logger;
}

interface HeldRow extends RunRow {
  readonly body: string;
  readonly run_id: string;
  readonly origin: Ticket['origin'];
  readonly is_patient: boolean;
  readonly is_released: boolean;
}

const HELD = `select t.body, t.run_id, t.origin, t.is_patient, t.is_released, ${RUN_COLUMNS}
  from easel.ticket t join easel.run r on r.id = t.run_id`;

function toHeld(row: HeldRow | undefined): Held | undefined {
  if (row === undefined) return undefined;
  const { body, run_id, origin, is_patient, is_released } = row;
  const changing = { runId: run_id, origin, asynchronous: is_patient, released: is_released };
  return { ticket: { ...(JSON.parse(body) as Ticket), ...changing }, run: fromRunRow(row) };
}

/** As `easel.claim_run` reads it. */
function toWish({ ticket, run, sharing, idempotency, fresh, maxWaiting }: Order, now: number): string {
  return JSON.stringify({
    ...{ runId: run.id, clientId: run.clientId, base: toRunBase(run), event: FIRST_EVENT },
    ...{ ticketKey: ticket.key, askedBy: ticket.clientId, ticket: JSON.stringify(ticket) },
    ...{ isPatient: ticket.asynchronous, wantsCallback: ticket.callbackUrl !== undefined },
    ...{ name: sharing?.name, kind: sharing?.kind, isFresh: fresh },
    ...{ idempotency: idempotency?.name, fingerprint: idempotency?.fingerprint, maxWaiting, now },
  });
}

export function createPostgresJournal({ backend, clock, keepMs, log }: PostgresJournalOptions): Journal {
  const { runs, channels } = backend;
  const { query } = backend.database;

  async function find(ticketKey: string): Promise<Held | undefined> {
    const [row] = await query<HeldRow>(`${HELD} where t.key = $1`, [ticketKey]);
    return toHeld(row);
  }

  async function claim(order: Order): Promise<Claim> {
    const [row] = await query<{ how: Claim['how']; ticket_key: string }>('select * from easel.claim_run($1)', [
      toWish(order, clock.now()),
    ]);
    if (row === undefined) throw new Error('a claim was not answered');
    const { ticket, run } = order;
    // Nobody else knows of what was just made.
    const held = row.how === 'full' || row.how === 'made' ? { ticket, run } : await find(row.ticket_key);
    if (held === undefined) throw new Error('a claimed ticket is not there');
    return { how: row.how, ...held };
  }

  async function release(ticketKey: string): Promise<Run | undefined> {
    const now = clock.now();
    const finish = toFinish({ error: NOBODY_WAITS, finishedAt: now });
    const [row] = await query<{ cancelled: string | null }>(
      'select easel.release_ticket($1, $2, $3, $4) as cancelled',
      [...[ticketKey, now, now + keepMs, finish]],
    );
    const cancelled = row?.cancelled ?? undefined;
    return cancelled === undefined ? undefined : runs.read(cancelled);
  }

  async function takeCallback(leaseMs: number): ReturnType<Journal['takeCallback']> {
    const [taken] = await query<{ key: string; callbacks: number }>(
      `update easel.ticket set callback_at = $2, callbacks = callbacks + 1 where key = (
         select key from easel.ticket where callback_at <= $1 order by callback_at limit 1 for update skip locked
       ) returning key, callbacks`,
      [clock.now(), clock.now() + leaseMs],
    );
    const held = taken && (await find(taken.key));
    if (held !== undefined) return { due: { ...held, attempts: Number(taken?.callbacks) - 1 } };
    const [next] = await query<{ at: string | null }>('select min(callback_at) as at from easel.ticket');
    return next?.at ? { nextAt: Number(next.at) } : {};
  }

  return {
    claim,
    find,
    run: runs.read,
    recall: async (name) => {
      const [row] = await query<RunRow>(
        `select ${RUN_COLUMNS} from easel.name n join easel.run r on r.id = n.run_id where n.name = $1`,
        [name],
      );
      return row && fromRunRow(row);
    },
    newest: async (clientId) => {
      const [row] = await query<HeldRow>(
        `${HELD} where t.client_id = $1 and not t.is_released and r.expires_at is null
         order by t.arrival desc limit 1`,
        [clientId],
      );
      return toHeld(row);
    },
    report: runs.report,
    keep: async (ticketKey) =>
      void (await query('update easel.ticket set is_patient = true where key = $1', [ticketKey])),
    release,
    markReceived: async (runId, received) =>
      void (await query('update easel.run set received = $2 where id = $1', [runId, received])),
    forget: async (runId) =>
      void (await query('update easel.run set received = true, remember_until = 0 where id = $1', [runId])),
    history: async (runId) => {
      const run = await runs.read(runId);
      const rows = await query<{ body: string }>('select body from easel.event where run_id = $1 order by number', [
        runId,
      ]);
      return run === undefined ? [] : unpackHistory(run, `[${rows.map(({ body }) => body).join(',')}]`);
    },
    subscribe: createSubscriptions({ channels, readRun: runs.read, log }),
    isPatient: async () => true,
    takeCallback,
    putOffCallback: async (ticketKey, until) =>
      void (await query('update easel.ticket set callback_at = $2 where key = $1', [ticketKey, until ?? null])),
    readFact: async (name) => {
      const [row] = await query<{ value: string }>('select value from easel.fact where name = $1', [name]);
      return row?.value;
    },
    writeFact: async (name, value) => {
      const text = `insert into easel.fact (name, value) values ($1, $2)
        on conflict (name) do update set value = excluded.value`;
      await query(text, [name, value]);
    },
    close: backend.close,
  };
}
