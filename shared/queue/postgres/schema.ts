import { channelNames } from '../channels.ts';
import { MAX_EVENTS } from '../shared-runs.ts';
import type { Database } from './database.ts';

/** Easel's tables and steps on PostgreSQL, in a schema of their own. Times are epoch milliseconds, records JSON. */

/** Of LISTEN and NOTIFY. */
export const NOTIFICATIONS = 'easel';
/** PostgreSQL's bound is 8000 bytes; what is longer rests in a table. */
const MAX_NOTIFICATION_BYTES = 7900;

const TABLES = `
  create schema if not exists easel;
  create table if not exists easel.run (
    id text primary key, client_id text not null, status text not null, number integer not null,
    base text not null, live text not null, finish text not null default '{}',
    received boolean not null default false, remember_until bigint not null default 0,
    turn integer not null, arrival bigint generated always as identity, losses integer not null default 0,
    created_at bigint not null, expires_at bigint
  );
  create index if not exists run_waiting on easel.run (turn, arrival) where status = 'queued';
  create index if not exists run_waiting_of_client on easel.run (client_id, turn) where status = 'queued';
  create index if not exists run_unfinished on easel.run (created_at) where expires_at is null;
  create index if not exists run_expiring on easel.run (expires_at) where expires_at is not null;
  create table if not exists easel.event (
    run_id text not null references easel.run on delete cascade, number integer not null, body text not null,
    primary key (run_id, number)
  );
  create table if not exists easel.ticket (
    key text primary key, run_id text not null references easel.run on delete cascade, client_id text not null,
    body text not null, origin text not null, is_patient boolean not null, is_released boolean not null default false,
    wants_callback boolean not null, callback_at bigint, callbacks integer not null default 0,
    arrival bigint generated always as identity
  );
  create index if not exists ticket_of_run on easel.ticket (run_id);
  create index if not exists ticket_of_client on easel.ticket (client_id, arrival);
  create index if not exists ticket_to_call_back on easel.ticket (callback_at) where callback_at is not null;
  create table if not exists easel.name (
    name text primary key, run_id text not null references easel.run on delete cascade
  );
  create index if not exists name_of_run on easel.name (run_id);
  create table if not exists easel.idempotency (
    name text primary key, ticket_key text not null references easel.ticket on delete cascade, fingerprint text not null
  );
  create index if not exists idempotency_of_ticket on easel.idempotency (ticket_key);
  create table if not exists easel.fact (name text primary key, value text not null);
  create table if not exists easel.blob (key text primary key, bytes bytea not null, expires_at bigint not null);
  create unlogged table if not exists easel.message (
    id bigint generated always as identity primary key, body text not null, sent_at timestamptz not null default now()
  );
  create unlogged table if not exists easel.rate (key text primary key, hits integer not null, resets_at bigint not null);
`;

/** To all who listen: \`channel\`, a line feed, and \`=message\` or \`#id\` of the message. */
const PUBLISH = `
  create or replace function easel.publish(channel text, message text) returns void language plpgsql as $$
  declare
    notice text := channel || E'\\n=' || message;
    message_id bigint;
  begin
    if octet_length(notice) > ${MAX_NOTIFICATION_BYTES} then
      insert into easel.message (body) values (message) returning id into message_id;
      notice := channel || E'\\n#' || message_id;
    end if;
    perform pg_notify('${NOTIFICATIONS}', notice);
  end $$;
`;

/** \`wish\` is an Order, as the journal writes it down. */
const ADD_TICKET = `
  create or replace function easel.add_ticket(wish jsonb, its_run text, way text, is_over boolean)
  returns void language plpgsql as $$
  declare
    wants boolean := (wish->>'wantsCallback')::boolean;
  begin
    insert into easel.ticket
      (key, run_id, client_id, body, origin, is_patient, wants_callback, callback_at)
    values (
      wish->>'ticketKey', its_run, wish->>'askedBy', wish->>'ticket', way, (wish->>'isPatient')::boolean,
      wants and not is_over, case when wants and is_over then (wish->>'now')::bigint end
    );
    if wants and is_over then perform easel.publish('${channelNames.ended}', ''); end if;
    if wish->>'idempotency' is not null then
      insert into easel.idempotency (name, ticket_key, fingerprint)
      values (wish->>'idempotency', wish->>'ticketKey', wish->>'fingerprint')
      on conflict (name) do update set ticket_key = excluded.ticket_key, fingerprint = excluded.fingerprint;
    end if;
  end $$;
`;

/**
 * Answers how, and the ticket. One claim at a time: names and turns are read and set by nobody else meanwhile.
 * A client's turn is one after its last, or that of whoever is next: who has few waiting is served before the many of
 * another. A run that waits again has turn 0 and says nothing about turns.
 */
const CLAIM_RUN = `
  create or replace function easel.claim_run(wish jsonb) returns table (how text, ticket_key text)
  language plpgsql as $$
  declare
    known record;
    earlier easel.run;
    way text;
    new_turn integer;
  begin
    perform pg_advisory_xact_lock(hashtext('easel.claim_run'));

    -- Sent again, because its first answer got lost.
    select t.origin into way from easel.ticket t where t.key = wish->>'ticketKey';
    if found then return query select way, wish->>'ticketKey'; return; end if;

    select i.ticket_key, i.fingerprint into known from easel.idempotency i where i.name = wish->>'idempotency';
    if found then
      return query select
        case when known.fingerprint = wish->>'fingerprint' then 'repeated' else 'conflict' end, known.ticket_key;
      return;
    end if;

    if not (wish->>'isFresh')::boolean then
      select r.* into earlier from easel.name n join easel.run r on r.id = n.run_id
        where n.name = wish->>'name' for update of r;
      way := case
        when earlier.status in ('queued', 'running', 'storing') then 'joined'
        when earlier.status = 'done' and wish->>'kind' = 'picture'
          and (wish->>'now')::bigint < earlier.remember_until then 'remembered'
        when earlier.status = 'done' and wish->>'kind' = 'retry' and not earlier.received then 'joined'
      end;
      if way is not null then
        perform easel.add_ticket(wish, earlier.id, way, earlier.status = 'done');
        return query select way, wish->>'ticketKey';
        return;
      end if;
    end if;

    if (wish->>'maxWaiting')::bigint <= (
      select count(*) from (select 1 from easel.run where status = 'queued' limit (wish->>'maxWaiting')::bigint) waiting
    ) then
      return query select 'full', '';
      return;
    end if;
    new_turn := 1 + greatest(
      (select min(turn) - 1 from easel.run where status = 'queued' and turn > 0),
      (select max(turn) from easel.run where status = 'queued' and client_id = wish->>'clientId'),
      0
    );
    insert into easel.run (id, client_id, status, number, base, live, turn, created_at)
    values (wish->>'runId', wish->>'clientId', 'queued', 1, wish->>'base', '{}', new_turn, (wish->>'now')::bigint);
    insert into easel.event (run_id, number, body) values (wish->>'runId', 1, wish->>'event');
    if wish->>'name' is not null then
      insert into easel.name (name, run_id) values (wish->>'name', wish->>'runId')
      on conflict (name) do update set run_id = excluded.run_id;
    end if;
    perform easel.add_ticket(wish, wish->>'runId', 'made', false);
    return query select 'made', wish->>'ticketKey';
  end $$;
`;

/** \`save\` is a RunSave. False when the run has changed meanwhile. */
const SAVE_RUN = `
  create or replace function easel.save_run(save jsonb) returns boolean language plpgsql as $$
  declare
    run_id_ text := save->>'runId';
    new_number integer := (save->>'number')::integer;
  begin
    update easel.run set
      turn = case when status <> 'queued' and save->>'status' = 'queued' then 0 else turn end,
      number = new_number, status = save->>'status', live = save->>'live'
    where id = run_id_ and number = (save->>'expectedNumber')::integer;
    if not found then return false; end if;
    if save->>'event' is not null then
      insert into easel.event (run_id, number, body) values (run_id_, new_number, save->>'event');
      delete from easel.event where run_id = run_id_ and number <= new_number - ${MAX_EVENTS};
    end if;
    if (save->>'hasEnded')::boolean then
      update easel.run set finish = save->>'finish', remember_until = (save->>'rememberUntil')::bigint,
        expires_at = (save->>'keepUntil')::bigint where id = run_id_;
      insert into easel.name (name, run_id) select jsonb_array_elements_text(save->'names'), run_id_
        on conflict (name) do update set run_id = excluded.run_id;
      update easel.ticket set callback_at = (save->>'now')::bigint, wants_callback = false
        where run_id = run_id_ and wants_callback;
      perform easel.publish('${channelNames.ended}', save->>'told');
    end if;
    perform easel.publish('${channelNames.run('')}' || run_id_, save->>'message');
    return true;
  end $$;
`;

/** The run's id when it is cancelled by this. The run is locked before its tickets, as everywhere. */
const RELEASE_TICKET = `
  create or replace function easel.release_ticket(released text, now_ bigint, keep_until bigint, finish_ text)
  returns text language plpgsql as $$
  declare
    its_run easel.run;
  begin
    select r.* into its_run from easel.ticket t join easel.run r on r.id = t.run_id
      where t.key = released for update of r;
    update easel.ticket set is_released = true where key = released and not is_released;
    if not found then return null; end if;
    update easel.ticket set callback_at = now_, wants_callback = false where key = released and wants_callback;
    if found then perform easel.publish('${channelNames.ended}', ''); end if;
    if its_run.expires_at is not null
      or exists (select 1 from easel.ticket where run_id = its_run.id and not is_released) then return null; end if;
    update easel.run set status = 'cancelled', finish = finish_, number = number + 1, expires_at = keep_until
      where id = its_run.id;
    perform easel.publish('${channelNames.ended}', '');
    perform easel.publish('${channelNames.run('')}' || its_run.id, '');
    return its_run.id;
  end $$;
`;

const SCHEMA = [TABLES, PUBLISH, ADD_TICKET, CLAIM_RUN, SAVE_RUN, RELEASE_TICKET].join('\n');

/** Brings the database up to date; any number of services may do so at once. */
export async function prepareSchema({ alone }: Database): Promise<void> {
  await alone(async (client) => {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('easel.schema'))`);
    await client.query(SCHEMA);
    await client.query('commit');
  });
}

/** What has expired, some at a time so that nobody waits for long. */
const PURGES = [
  'delete from easel.run where id in (select id from easel.run where expires_at <= $1 limit 500)',
  'delete from easel.blob where expires_at <= $1',
  'delete from easel.rate where resets_at <= $1',
];

export async function purge({ query }: Database, now: number): Promise<void> {
  for (const text of PURGES) await query(text, [now]);
  // By the database's own clock, which wrote them.
  await query(`delete from easel.message where sent_at < now() - interval '5 minutes'`);
}
