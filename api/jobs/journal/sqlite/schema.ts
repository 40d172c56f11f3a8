/**
 * The journal's tables, as numbered steps from each format to the next one (`PRAGMA user_version`). Released steps are never
 * changed. Records are JSON. Columns are for searches.
 */
export const MIGRATIONS: readonly string[] = [
  // 1: the tables from before formats had numbers.
  `create table if not exists runs (
     id text primary key, client_id text not null, is_ended integer not null, remember_until integer,
     created_at integer not null, expires_at integer, data text not null, history text
   ) strict;
   create index if not exists runs_waiting on runs (created_at) where is_ended = 0;
   create index if not exists runs_expiring on runs (expires_at) where expires_at is not null;
   create table if not exists tickets (
     key text primary key, run_id text not null, client_id text not null, is_patient integer not null,
     is_released integer not null, callback_due_at integer, callbacks integer not null default 0,
     created_at integer not null, data text not null
   ) strict;
   create index if not exists tickets_of_run on tickets (run_id);
   create index if not exists tickets_of_client on tickets (client_id, created_at);
   create index if not exists tickets_to_call_back on tickets (callback_due_at) where callback_due_at is not null;
   create table if not exists names (name text primary key, target text not null, created_at integer not null) strict;
   create index if not exists names_of_target on names (target);
   create table if not exists facts (name text primary key, value text not null) strict;`,
  // 2: a name has several runs (their ids, or for an idempotency key the ticket and the fingerprint, in JSON). Names and
  // tickets have their own expiry. A run's history is in its record. Sizes of records limit the file.
  `create table names_2 (name text primary key, target text not null, expires_at integer not null) strict;
   insert into names_2 (name, target, expires_at)
     select name, case when target like '"%' then '[' || target || ']' else target end, created_at + 172800000 from names;
   drop table names;
   alter table names_2 rename to names;
   create index names_expiring on names (expires_at);
   alter table tickets add column expires_at integer not null default 0;
   update tickets set expires_at = created_at + 172800000;
   create index tickets_expiring on tickets (expires_at);
   create index runs_ended on runs (expires_at) where is_ended = 1;`,
];
