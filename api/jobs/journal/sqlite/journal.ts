import type { DatabaseSync } from 'node:sqlite';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import {
  applyChange,
  isEnded,
  parseRun,
  type Run,
  type RunChange,
  toPictureIdName,
} from '../../../../shared/queue/run.ts';
import type { Clock } from '../../../../shared/wait.ts';
import type { Journal, Ticket } from '../journal.ts';
import { decideLeave, decideRelease } from '../rules/leave.ts';
import { endedRunExpiresAt, LONGEST_WAIT_MS, NOBODY_WAITS, WAITED_TOO_LONG } from '../rules/life.ts';
import { createSqliteClaim } from './claim.ts';
import { createLiveRuns } from './live-runs.ts';
import { createSqliteReader } from './reader.ts';
import { NEVER, prepareStatements, readColumn } from './statements.ts';
import { createTransactions } from './transaction.ts';
import { createWaitingRuns } from './waiting-runs.ts';

/** The journal of one gateway. A statement takes about 0.03 ms, so each step is one synchronous transaction. */

export interface SqliteJournal extends Journal {
  /** Queues the open runs of an earlier process again, and cancels those for which no caller comes back. */
  recover(): readonly Run[];
  /** Drops some of the expired records. */
  purge(): void;
}

interface SqliteJournalOptions {
  readonly database: DatabaseSync;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds for which an ended run can be read. */
  readonly keepMs: number;
  /** Limit for the file's bytes, above which the oldest ended runs are dropped. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** Progress is not written to disk, so numbers skip ahead after a restart. A listener that resumes still gets greater ones. */
const NUMBERS_SKIPPED = 1000;

export function createSqliteJournal(options: SqliteJournalOptions): SqliteJournal {
  const { database, clock, keepMs, maxBytes = MAX_BYTES } = options;
  const live = createLiveRuns();
  const waiting = createWaitingRuns();
  const sql = prepareStatements(database);
  const read = createSqliteReader(sql, live.get);
  const transaction = createTransactions(database);
  const claim = createSqliteClaim({ sql, read, waiting, amend, transaction, clock, keepMs });

  function change(runId: string, what: RunChange, preview?: ProgressEvent['preview']): Run | undefined {
    const run = read.run(runId);
    if (run === undefined || isEnded(run.status)) return undefined;
    const changed = applyChange(run, what, clock.now());
    waiting.note(changed, run);
    if (isEnded(changed.status)) saveEnd(changed);
    live.publish(changed, preview);
    if (isEnded(changed.status)) live.drop(runId);
    return changed;
  }

  function saveEnd(run: Run): void {
    const now = clock.now();
    const expiresAt = endedRunExpiresAt(run, now, keepMs);
    sql.callBackAllOf.run({ runId: run.id, at: now, never: NEVER });
    sql.endRun.run({ id: run.id, data: JSON.stringify(run), expiresAt });
    if (Number(sql.usedBytes.get()?.bytes) > maxBytes) sql.dropOldest.run();
    for (const { id } of run.result?.pictures ?? []) {
      sql.setName.run({ name: toPictureIdName(id), target: JSON.stringify([run.id]), expiresAt });
    }
  }

  /** Changes a run without an event. */
  function amend(runId: string, amendment: Partial<Run>): void {
    const run = read.run(runId);
    if (run === undefined) return;
    const amended = { ...run, ...amendment };
    if (isEnded(run.status)) {
      sql.updateRun.run({ id: runId, data: JSON.stringify(amended) });
      read.drop(runId);
    } else live.set(amended);
  }

  function saveTicket({ key, comesBack, released }: Ticket): void {
    sql.updateTicket.run({ key, comesBack: comesBack ? 1 : 0, released: released ? 1 : 0 });
  }

  function leave(ticketKey: string, comesBack: boolean): void {
    const record = read.record(ticketKey);
    if (record === undefined) return;
    const { ticket, run } = decideLeave(record, comesBack);
    if (ticket !== record.ticket) saveTicket(ticket);
    if (run !== record.run) amend(run.id, { attendedBy: run.attendedBy });
  }

  function release(ticketKey: string): Run | undefined {
    const record = read.record(ticketKey);
    const decision = record && decideRelease(record, Number(sql.holders.get(record.run.id)?.count));
    if (record === undefined || decision === 'nothing') return undefined;
    saveTicket({ ...record.ticket, released: true });
    sql.callBack.run({ key: ticketKey, at: clock.now(), never: NEVER });
    return decision === 'runCancelled'
      ? change(record.run.id, { status: 'cancelled', error: NOBODY_WAITS })
      : undefined;
  }

  const isPatient = (runId: string): boolean => Number(sql.holders.get(runId)?.patient) > 0;

  function recover(): readonly Run[] {
    const left = sql.unfinished.all().flatMap((row) => parseRun(readColumn(row)) ?? []);
    for (const run of left) {
      const resumed = { ...run, number: run.number + NUMBERS_SKIPPED, attendedBy: '' };
      sql.updateRun.run({ id: run.id, data: JSON.stringify(resumed) });
      waiting.note(resumed);
      if (isPatient(run.id)) live.publish(resumed);
      else change(run.id, { status: 'cancelled', error: NOBODY_WAITS });
    }
    return left.flatMap((run) => live.get(run.id) ?? []);
  }

  function purge(): void {
    const now = clock.now();
    for (const statement of sql.purges) statement.run(now);
    for (const row of sql.unfinishedSince.all(now - LONGEST_WAIT_MS)) {
      change(String(row.id), { status: 'failed', error: WAITED_TOO_LONG });
    }
  }

  return {
    claim: async (order) => {
      const claimed = claim(order);
      if (claimed.how !== 'made') return claimed;
      waiting.note(claimed.run);
      live.publish(claimed.run);
      return claimed;
    },
    find: async (ticketKey) => read.record(ticketKey),
    run: async (runId) => read.run(runId),
    recall: async (name) => read.named(name).at(-1),
    newest: async (clientId) => read.newest(clientId),
    report: async (runId, what, preview) => change(runId, what, preview),
    leave: async (ticketKey, { comesBack }) => leave(ticketKey, comesBack),
    release: async (ticketKey) => transaction(() => release(ticketKey)),
    markReceived: async (runId) => amend(runId, { received: true }),
    markLost: async ({ ticket, run }) => {
      leave(ticket.key, false);
      amend(run.id, { received: false });
    },
    forget: async (runId) => amend(runId, { received: true, rememberUntil: 0 }),
    subscribe: async ({ id }, listener) => live.subscribe(id, listener),
    isPatient: async (runId) => isPatient(runId),
    takeCallback: async (now, leaseMs) => {
      const next = read.nextCallback();
      if (next === undefined || next.dueAt === NEVER) return {};
      if (next.dueAt > now) return { nextAt: next.dueAt };
      sql.countCallback.run({ key: next.key, at: now + leaseMs });
      if (next.due !== undefined) return { due: next.due };
      // Its run is gone, so there is no result to send.
      sql.setCallback.run({ key: next.key, at: null });
      return { nextAt: now };
    },
    putOffCallback: async (key, until) => void sql.setCallback.run({ key, at: until ?? null }),
    readFact: async (name) => read.fact(name),
    writeFact: async (name, value) => void sql.setFact.run(name, value),
    close: async () => database.close(),
    recover: () => transaction(recover),
    purge: () => transaction(purge),
  };
}
