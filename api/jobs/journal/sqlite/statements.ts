import type { DatabaseSync } from 'node:sqlite';

/** Every statement of the journal, prepared once. */
export function prepareStatements(database: DatabaseSync) {
  const prepare = (text: string) => database.prepare(text);
  return {
    insertRun: prepare(
      'insert or replace into runs (id, client_id, is_ended, created_at, data) values (:id, :clientId, 0, :at, :data)',
    ),
    updateRun: prepare('update runs set data = :data where id = :id'),
    endRun: prepare(
      'update runs set is_ended = 1, data = :data, history = :history, expires_at = :expiresAt where id = :id',
    ),
    run: prepare('select data from runs where id = ?'),
    history: prepare('select history from runs where id = ?'),
    unfinishedSince: prepare('select id from runs where is_ended = 0 and created_at <= ? limit 500'),
    unfinished: prepare('select data from runs where is_ended = 0 order by created_at, rowid'),

    insertTicket: prepare(
      `insert or replace into tickets (key, run_id, client_id, is_patient, is_released, callback_due_at, created_at, data)
       values (:key, :runId, :clientId, :patient, 0, :callbackDueAt, :at, :data)`,
    ),
    ticket: prepare('select data, is_patient, is_released from tickets where key = ?'),
    newestTicket: prepare(
      `select t.data, t.is_patient, t.is_released from tickets t join runs r on r.id = t.run_id
       where t.client_id = ? and t.is_released = 0 and r.is_ended = 0 order by t.created_at desc, t.rowid desc limit 1`,
    ),
    keepTicket: prepare('update tickets set is_patient = 1 where key = ?'),
    releaseTicket: prepare('update tickets set is_released = 1 where key = ?'),
    someHolder: prepare('select 1 as found from tickets where run_id = ? and is_released = 0 limit 1'),
    somePatientHolder: prepare(
      'select 1 as found from tickets where run_id = ? and is_released = 0 and is_patient = 1 limit 1',
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

    setName: prepare('insert or replace into names (name, target, created_at) values (:name, :target, :at)'),
    name: prepare('select target from names where name = ?'),

    expired: prepare('select id from runs where expires_at <= ? limit 500'),
    deleteRun: prepare('delete from runs where id = ?'),
    deleteTickets: prepare('delete from tickets where run_id = ?'),
    deleteNames: prepare('delete from names where target = ?'),
    deleteIdempotency: prepare("delete from names where created_at <= ? and name like 'idempotency:%'"),

    setFact: prepare('insert or replace into facts (name, value) values (?, ?)'),
    fact: prepare('select value from facts where name = ?'),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
type Row = ReturnType<Statements['run']['get']>;

/** A row's JSON column, as the journal wrote it. */
export function parseColumn<T>(row: Row, column = 'data'): T | undefined {
  const text = row?.[column];
  return typeof text === 'string' ? (JSON.parse(text) as T) : undefined;
}
