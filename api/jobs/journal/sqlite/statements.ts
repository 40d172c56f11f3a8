import type { DatabaseSync } from 'node:sqlite';

/** Due time of a callback whose job has not ended: the largest time of a Date. */
export const NEVER = 8.64e15;

/** All statements of the journal, prepared once. A purge drops at most some hundred records. */
export function prepareStatements(database: DatabaseSync) {
  const prepare = (text: string) => database.prepare(text);
  return {
    insertRun: prepare(
      'insert or replace into runs (id, client_id, is_ended, created_at, data) values (:id, :clientId, 0, :at, :data)',
    ),
    updateRun: prepare('update runs set data = :data where id = :id'),
    endRun: prepare('update runs set is_ended = 1, data = :data, expires_at = :expiresAt where id = :id'),
    run: prepare('select data from runs where id = ?'),
    unfinishedSince: prepare('select id from runs where is_ended = 0 and created_at <= ? limit 500'),
    unfinished: prepare('select data from runs where is_ended = 0 order by created_at, rowid'),

    insertTicket: prepare(
      `insert or replace into tickets
         (key, run_id, client_id, is_patient, is_released, callback_due_at, created_at, expires_at, data)
       values (:key, :runId, :clientId, :comesBack, 0, :callbackDueAt, :at, :expiresAt, :data)`,
    ),
    ticket: prepare('select data, is_patient, is_released from tickets where key = ?'),
    newestTickets: prepare(
      `select data, is_patient, is_released from tickets where client_id = :clientId
       order by created_at desc, rowid desc limit :limit`,
    ),
    updateTicket: prepare('update tickets set is_patient = :comesBack, is_released = :released where key = :key'),
    holders: prepare(
      'select count(*) as count, sum(is_patient) as patient from tickets where run_id = ? and is_released = 0',
    ),

    callBackAllOf: prepare(
      'update tickets set callback_due_at = :at where run_id = :runId and is_released = 0 and callback_due_at = :never',
    ),
    callBack: prepare('update tickets set callback_due_at = :at where key = :key and callback_due_at = :never'),
    nextCallback: prepare(
      'select key, callback_due_at, callbacks from tickets where callback_due_at is not null order by callback_due_at limit 1',
    ),
    setCallback: prepare('update tickets set callback_due_at = :at where key = :key'),
    countCallback: prepare('update tickets set callback_due_at = :at, callbacks = callbacks + 1 where key = :key'),

    setName: prepare('insert or replace into names (name, target, expires_at) values (:name, :target, :expiresAt)'),
    name: prepare('select target from names where name = ?'),

    purges: [
      prepare('delete from runs where id in (select id from runs where expires_at <= ? limit 500)'),
      prepare('delete from tickets where key in (select key from tickets where expires_at <= ? limit 500)'),
      prepare('delete from names where name in (select name from names where expires_at <= ? limit 500)'),
    ],
    usedBytes: prepare(
      `select (pages.page_count - free.freelist_count) * size.page_size as bytes
       from pragma_page_count as pages, pragma_freelist_count as free, pragma_page_size as size`,
    ),
    dropOldest: prepare(
      'delete from runs where id in (select id from runs where is_ended = 1 order by expires_at limit 20)',
    ),

    setFact: prepare('insert or replace into facts (name, value) values (?, ?)'),
    fact: prepare('select value from facts where name = ?'),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
type Row = ReturnType<Statements['run']['get']>;

/** A row's JSON column, still to be parsed by a schema. */
export function readColumn(row: Row, column = 'data'): unknown {
  const text = row?.[column];
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}
