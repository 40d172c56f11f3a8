import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GUIDE, SettingsError } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { StartError } from '../../../../shared/service/start-error.ts';
import { MIGRATIONS } from './schema.ts';
import { prepareStatements } from './statements.ts';
import { createTransactions } from './transaction.ts';

/** How long a restarted gateway waits until the earlier process releases the file. */
const TAKE_OVER_MS = 10_000;

interface OpenOptions {
  readonly log: Pick<Logger, 'warn'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly takeOverMs?: number;
}

/**
 * The file belongs to one process. The kernel ends its lock when the process dies in any way, so runs that are open at the
 * start belong to no process. WAL with NORMAL survives kill -9, but a power cut may lose the last commits. A damaged file is
 * set aside, so that the service starts. Throws SettingsError for a file that cannot be opened, or of a much newer release.
 */
export function openDatabase(path: string, options: OpenOptions): DatabaseSync {
  try {
    return open(path, options);
  } catch (error) {
    if (!isDamaged(error)) throw toSettingsError(path, error);
    const aside = `${path}.damaged-${new Date(options.now()).toISOString().replace(/[:.]/g, '-')}`;
    // The WAL belongs to the damaged file. A new database would read it as its own.
    for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, aside + part);
    options.log.warn(
      { path, aside, reason: String(error) },
      'the journal is damaged: it was set aside, and a new one was made',
    );
    return open(path, options);
  }
}

function open(path: string, { takeOverMs = TAKE_OVER_MS }: OpenOptions): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: takeOverMs });
  try {
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;');
    createTransactions(database)(() => migrate(database, path));
    const damage = readText(database, 'pragma quick_check(1)', 'quick_check');
    if (damage !== 'ok') throw new DamagedError(damage);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Call it inside a transaction. */
function migrate(database: DatabaseSync, path: string): void {
  const found = Number(readText(database, 'pragma user_version', 'user_version'));
  for (const step of MIGRATIONS.slice(found)) database.exec(step);
  if (found < MIGRATIONS.length) database.exec(`pragma user_version = ${MIGRATIONS.length}`);
  // The next format is accepted: its additions stay, as long as every table and column needed here exists.
  if (found > MIGRATIONS.length + 1 || (found > MIGRATIONS.length && !hasWhatIsNeeded(database))) {
    throw toNewerError(path, found);
  }
}

/** Whether every statement finds its tables and columns. */
function hasWhatIsNeeded(database: DatabaseSync): boolean {
  try {
    prepareStatements(database);
    return true;
  } catch (error) {
    if (codeOf(error) === RESULT.error) return false;
    throw error;
  }
}

const readText = (database: DatabaseSync, sql: string, column: string): string =>
  String(database.prepare(sql).get()?.[column]);

class DamagedError extends Error {}

/** https://sqlite.org/rescode.html */
const RESULT = { error: 1, busy: 5, corrupt: 11, notADatabase: 26 } as const;

const codeOf = (error: unknown): number =>
  // The lowest byte of an extended code is the primary code.
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;

const isDamaged = (error: unknown): boolean =>
  error instanceof DamagedError || codeOf(error) === RESULT.corrupt || codeOf(error) === RESULT.notADatabase;

const toNewerError = (path: string, found: number): SettingsError =>
  new SettingsError(
    `DATA_DIR: expected a journal of format ${MIGRATIONS.length} or older, and ${path} is of format ${found}: ` +
      `start the newer release that wrote it, or move the file away (${GUIDE}#data_dir)`,
  );

function toSettingsError(path: string, error: unknown): unknown {
  if (error instanceof SettingsError || !(error instanceof Error)) return error;
  // The other gateway may be stopping, so a later start may succeed.
  if (codeOf(error) === RESULT.busy) {
    return new StartError(`DATA_DIR: another gateway uses ${path}; several gateways need REDIS_URL`, { cause: error });
  }
  const reason = `${path} cannot be opened (${error.message}); it needs a directory that this account may write`;
  return new SettingsError(`DATA_DIR: ${reason} (${GUIDE}#data_dir)`, { cause: error });
}
