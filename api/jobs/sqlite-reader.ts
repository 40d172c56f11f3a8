import type { SQLOutputValue } from 'node:sqlite';
import type { Run, RunEvent } from '../../shared/queue/run.ts';
import { unpackHistory } from './history.ts';
import type { Callback, Held, Ticket } from './journal.ts';
import type { LiveRuns } from './live-runs.ts';
import { parseColumn, type Statements } from './sqlite-statements.ts';

/** Records as they stand: what is in work from memory, everything else from the file. */

export interface SqliteReader {
  run(runId: string): Run | undefined;
  held(ticketKey: string): Held | undefined;
  newest(clientId: string): Held | undefined;
  named(name: string): Run | undefined;
  history(runId: string): readonly RunEvent[];
  nextCallback(): { readonly due: Callback; readonly dueAt: number } | undefined;
  fact(name: string): string | undefined;
}

export function createSqliteReader(sql: Statements, live: LiveRuns): SqliteReader {
  const run = (runId: string): Run | undefined => live.get(runId) ?? parseColumn<Run>(sql.run.get(runId));

  function hold(ticket: Ticket | undefined): Held | undefined {
    const itsRun = ticket === undefined ? undefined : run(ticket.runId);
    return ticket === undefined || itsRun === undefined ? undefined : { ticket, run: itsRun };
  }

  return {
    run,
    held: (ticketKey) => hold(toTicket(sql.ticket.get(ticketKey))),
    newest: (clientId) => hold(toTicket(sql.newestTicket.get(clientId))),
    named: (name) => {
      const runId = parseColumn<string>(sql.name.get(name), 'target');
      return runId === undefined ? undefined : run(runId);
    },
    history: (runId) => {
      const events = live.events(runId);
      const known = events.length > 0 ? undefined : run(runId);
      if (known === undefined) return events;
      const packed = sql.history.get(runId)?.history;
      return typeof packed === 'string' ? unpackHistory(known, packed) : [{ run: known }];
    },
    nextCallback: () => {
      const row = sql.nextCallback.get();
      const held = row === undefined ? undefined : hold(toTicket(sql.ticket.get(String(row.key))));
      return held && { due: { ...held, attempts: Number(row?.callbacks) }, dueAt: Number(row?.callback_due_at) };
    },
    fact: (name) => {
      const value = sql.fact.get(name)?.value;
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function toTicket(row: Record<string, SQLOutputValue> | undefined): Ticket | undefined {
  const ticket = parseColumn<Ticket>(row);
  return ticket && { ...ticket, asynchronous: row?.is_patient === 1, released: row?.is_released === 1 };
}
