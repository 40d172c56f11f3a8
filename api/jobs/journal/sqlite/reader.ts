import type { SQLOutputValue } from 'node:sqlite';
import { isEnded, type Run, type RunEvent } from '../../../../shared/queue/run.ts';
import { unpackHistory } from '../../wait/history.ts';
import type { Callback, Held, Ticket } from '../journal.ts';
import type { LiveRuns } from './live-runs.ts';
import { parseColumn, type Statements } from './statements.ts';

/** Records as they stand: what is in work from memory, everything else from the file. */

/** Ended runs asked for lately: reading one from the file takes a tenth of a remembered answer's time. */
const MAX_ENDED = 100;

export interface SqliteReader {
  run(runId: string): Run | undefined;
  /** The file says something else of this ended run now. */
  drop(runId: string): void;
  held(ticketKey: string): Held | undefined;
  newest(clientId: string): Held | undefined;
  named(name: string): Run | undefined;
  history(runId: string): readonly RunEvent[];
  nextCallback(): { readonly due: Callback; readonly dueAt: number } | undefined;
  fact(name: string): string | undefined;
}

export function createSqliteReader(sql: Statements, live: LiveRuns): SqliteReader {
  const ended = new Map<string, Run>();

  function run(runId: string): Run | undefined {
    const known = live.get(runId) ?? ended.get(runId);
    if (known !== undefined) return known;
    const stored = parseColumn<Run>(sql.run.get(runId));
    if (stored !== undefined && isEnded(stored.status)) remember(stored);
    return stored;
  }

  function remember(stored: Run): void {
    ended.set(stored.id, stored);
    const [oldest] = ended.keys();
    if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest);
  }

  function hold(ticket: Ticket | undefined): Held | undefined {
    const itsRun = ticket === undefined ? undefined : run(ticket.runId);
    return ticket === undefined || itsRun === undefined ? undefined : { ticket, run: itsRun };
  }

  return {
    run,
    drop: (runId) => void ended.delete(runId),
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
