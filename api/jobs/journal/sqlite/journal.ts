import type { DatabaseSync } from 'node:sqlite';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { ErrorRecord } from '../../../../shared/errors.ts';
import { applyChange, isEnded, type Run, type RunChange, toPictureIdName } from '../../../../shared/queue/run.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { packHistory } from '../../wait/history.ts';
import { type Journal, NOBODY_WAITS } from '../journal.ts';
import { claimRun, NEVER } from './claim.ts';
import { createLiveRuns } from './live-runs.ts';
import { createSqliteReader } from './reader.ts';
import { parseColumn, prepareStatements } from './statements.ts';
import { createTransactions } from './transaction.ts';

/** The journal of one gateway. A statement takes about 0.03 ms, so that each step simply is one transaction. */

export interface SqliteJournal extends Journal {
  /** Runs that a process before this one left unfinished, queued again; those that nobody comes back for are ended. */
  recover(): readonly Run[];
  /** Drops what has expired, a batch at a time. */
  purge(): void;
}

interface SqliteJournalOptions {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** An ended run can be asked for so long. */
  readonly keepMs: number;
}

/** Progress is not written to disk; a listener that resumes after a restart still gets greater numbers. */
const NUMBERS_SKIPPED = 1000;

/** For instance for a token that its caller never sent again. */
const WAITED_TOO_LONG: ErrorRecord = { code: 'worker_unavailable', message: 'it waited for a day' };

export function createSqliteJournal({ database, clock, keepMs }: SqliteJournalOptions): SqliteJournal {
  const live = createLiveRuns();
  const sql = prepareStatements(database);
  const read = createSqliteReader(sql, live);
  const transaction = createTransactions(database);
  let waiting = 0;

  function change(runId: string, what: RunChange, preview?: ProgressEvent['preview']): Run | undefined {
    const run = read.run(runId);
    if (run === undefined || isEnded(run.status)) return undefined;
    const changed = applyChange(run, what, clock.now());
    waiting += Number(changed.status === 'queued') - Number(run.status === 'queued');
    if (isEnded(changed.status)) saveEnd(changed);
    live.publish(changed, preview);
    if (isEnded(changed.status)) live.drop(runId);
    return changed;
  }

  function saveEnd(run: Run): void {
    const expiresAt = Math.max(clock.now() + keepMs, run.rememberUntil ?? 0);
    const history = packHistory([...live.events(run.id), { run }]);
    sql.callBackAllOf.run({ runId: run.id, at: clock.now(), never: NEVER });
    sql.endRun.run({ id: run.id, data: JSON.stringify(run), history, expiresAt });
    for (const { id } of run.result?.pictures ?? []) {
      sql.setName.run({ name: toPictureIdName(id), target: JSON.stringify(run.id), at: clock.now() });
    }
  }

  function amend(runId: string, amendment: Partial<Run>): void {
    const run = read.run(runId);
    if (run !== undefined) sql.updateRun.run({ id: runId, data: JSON.stringify({ ...run, ...amendment }) });
    read.drop(runId);
  }

  function release(ticketKey: string): Run | undefined {
    const held = read.held(ticketKey);
    sql.releaseTicket.run(ticketKey);
    sql.callBack.run({ key: ticketKey, at: clock.now(), never: NEVER });
    if (held === undefined || sql.someHolder.get(held.run.id) !== undefined) return undefined;
    return change(held.run.id, { status: 'cancelled', error: NOBODY_WAITS });
  }

  function recover(): readonly Run[] {
    const left = sql.unfinished.all().flatMap((row) => parseColumn<Run>(row) ?? []);
    waiting = left.length;
    for (const run of left) {
      const resumed = { ...run, number: run.number + NUMBERS_SKIPPED };
      sql.updateRun.run({ id: run.id, data: JSON.stringify(resumed) });
      const isWanted = sql.somePatientHolder.get(run.id) !== undefined;
      if (isWanted) live.publish(resumed, undefined);
      else change(run.id, { status: 'cancelled', error: NOBODY_WAITS });
    }
    return left.flatMap((run) => live.get(run.id) ?? []);
  }

  function purge(): void {
    const now = clock.now();
    for (const row of sql.expired.all(now)) {
      sql.deleteTickets.run(String(row.id));
      sql.deleteNames.run(JSON.stringify(row.id));
      sql.deleteRun.run(String(row.id));
      read.drop(String(row.id));
    }
    sql.deleteIdempotency.run(now - keepMs);
    for (const row of sql.unfinishedSince.all(now - keepMs)) {
      change(String(row.id), { status: 'failed', error: WAITED_TOO_LONG });
    }
  }

  return {
    claim: async (order) => {
      const claim = transaction(() => claimRun(order, { sql, read, now: clock.now(), waiting }));
      if (claim.how !== 'made') return claim;
      waiting += 1;
      live.publish(claim.run, undefined);
      return claim;
    },
    find: async (ticketKey) => read.held(ticketKey),
    run: async (runId) => read.run(runId),
    recall: async (name) => read.named(name),
    newest: async (clientId) => read.newest(clientId),
    report: async (runId, what, preview) => change(runId, what, preview),
    keep: async (ticketKey) => void sql.keepTicket.run(ticketKey),
    release: async (ticketKey) => transaction(() => release(ticketKey)),
    markReceived: async (runId, received) => amend(runId, { received }),
    forget: async (runId) => amend(runId, { received: true, rememberUntil: 0 }),
    history: async (runId) => read.history(runId),
    subscribe: async (runId, listener) => live.subscribe(runId, listener),
    isPatient: async (runId) => sql.somePatientHolder.get(runId) !== undefined,
    takeCallback: async (leaseMs) => {
      const next = read.nextCallback();
      if (next === undefined || next.dueAt === NEVER) return {};
      if (next.dueAt > clock.now()) return { nextAt: next.dueAt };
      sql.countCallback.run({ key: next.due.ticket.key, at: clock.now() + leaseMs });
      return { due: next.due };
    },
    putOffCallback: async (key, until) => void sql.setCallback.run({ key, at: until ?? null }),
    readFact: async (name) => read.fact(name),
    writeFact: async (name, value) => void sql.setFact.run(name, value),
    close: async () => database.close(),
    recover: () => transaction(recover),
    purge: () => transaction(purge),
  };
}
