import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { isEnded, parseRun, type Run } from '../../../../shared/queue/run.ts';
import { type JobRecord, parseTicket, type Ticket } from '../journal.ts';
import { decideNewest, NEWEST_AMONG } from '../rules/leave.ts';
import { createRunCache } from './run-cache.ts';
import { readColumn, type Statements } from './statements.ts';

const runIds = z.array(z.string()).catch([]);
const keyedTicket = z.object({ ticketKey: z.string(), fingerprint: z.string() });

export type SqliteReader = ReturnType<typeof createSqliteReader>;

/** Reads records: open runs from memory, everything else from the file. */
export function createSqliteReader(sql: Statements, liveRun: (runId: string) => Run | undefined) {
  const ended = createRunCache();

  function run(runId: string): Run | undefined {
    const known = liveRun(runId) ?? ended.get(runId);
    if (known !== undefined) return known;
    const row = sql.run.get(runId);
    const stored = parseRun(readColumn(row));
    if (stored !== undefined && isEnded(stored.status)) ended.set(stored, String(row?.data).length);
    return stored;
  }

  function withRun(ticket: Ticket | undefined): JobRecord | undefined {
    const itsRun = ticket && run(ticket.runId);
    return ticket && itsRun && { ticket, run: itsRun };
  }

  const record = (ticketKey: string): JobRecord | undefined => withRun(toTicket(sql.ticket.get(ticketKey)));

  return {
    run,
    /** Call it when the file's record of this ended run has changed. */
    drop: ended.drop,
    record,
    newest: (clientId: string): JobRecord | undefined => {
      const rows = sql.newestTickets.all({ clientId, limit: NEWEST_AMONG });
      return decideNewest(rows.flatMap((row) => withRun(toTicket(row)) ?? []));
    },
    /** Oldest first. */
    named: (name: string): readonly Run[] => {
      const ids = runIds.parse(readColumn(sql.name.get(name), 'target') ?? []);
      return ids.flatMap((id) => run(id) ?? []);
    },
    keyed: (name: string) => {
      const { data } = keyedTicket.safeParse(readColumn(sql.name.get(name), 'target'));
      const known = data && record(data.ticketKey);
      return data && known && { fingerprint: data.fingerprint, record: known };
    },
    nextCallback: () => {
      const row = sql.nextCallback.get();
      if (row === undefined) return undefined;
      const [key, dueAt] = [String(row.key), Number(row.callback_due_at)];
      const known = record(key);
      return { key, dueAt, ...(known && { due: { ...known, attempts: Number(row.callbacks) } }) };
    },
    fact: (name: string): string | undefined => {
      const value = sql.fact.get(name)?.value;
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function toTicket(row: Record<string, SQLOutputValue> | undefined): Ticket | undefined {
  const ticket = parseTicket(readColumn(row));
  return ticket && { ...ticket, comesBack: row?.is_patient === 1, released: row?.is_released === 1 };
}
