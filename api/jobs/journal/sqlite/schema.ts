import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The journal's tables. Records are JSON; columns exist for what is searched by.
 * `names` lead from what equal requests have in common to their run (or, for idempotency keys, to a ticket).
 */
const SCHEMA = `
  create table if not exists runs (
    id text primary key, client_id text not null, is_ended integer not null, remember_until integer,
    created_at integer not null, expires_at integer, data text not null, history text
  ) strict;
  create index if not exists runs_waiting on runs (created_at) where is_ended = 0;
  create index if not exists runs_expiring on runs (expires_at) where expires_at is not null;
  create table if not exists tickets (
    key text primary key, run_id text not null, client_id text not null, is_patient integer not null,
    is_released integer not null, callback_due_at integer, callbacks integer not null default 0, created_at integer not null, data text not null
  ) strict;
  create index if not exists tickets_of_run on tickets (run_id);
  create index if not exists tickets_of_client on tickets (client_id, created_at);
  create index if not exists tickets_to_call_back on tickets (callback_due_at) where callback_due_at is not null;
  create table if not exists names (name text primary key, target text not null, created_at integer not null) strict;
  create index if not exists names_of_target on names (target);
  create table if not exists facts (name text primary key, value text not null) strict;
`;

/** A restarted gateway waits so long for the one before it to let go of the file. */
const TAKE_OVER_MS = 10_000;

/**
 * The file belongs to one process: the lock is a lease that the kernel ends when its owner dies, however it dies, so
 * whatever is unfinished at opening is nobody's. WAL with NORMAL survives kill -9 (a power cut may cost the last
 * commits).
 */
export function openDatabase(path: string, takeOverMs = TAKE_OVER_MS): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: takeOverMs });
  try {
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;');
    database.exec(`begin immediate; ${SCHEMA} commit;`);
  } catch (error) {
    database.close();
    if (!isLocked(error)) throw error;
    throw new Error(`DATA_DIR: another gateway uses ${path}; several gateways need REDIS_URL`, {
      cause: error,
    });
  }
  return database;
}

/** SQLITE_BUSY; https://sqlite.org/rescode.html#busy */
const isLocked = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === 5;
