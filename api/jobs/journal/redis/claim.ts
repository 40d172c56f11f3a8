import type { Redis } from 'ioredis';
import { type Command, type Commit, commitUntilDone, readAll } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import {
  type RedisRecordsOptions,
  SERVED,
  type StoredRun,
  toNewRunWrites,
  unchanged,
} from '../../../../shared/queue/redis/runs.ts';
import { isEnded } from '../../../../shared/queue/run.ts';
import { attendanceOf, lineOf, placeOf } from '../../../../shared/queue/turns.ts';
import { type Claim, type Order, type Ticket, toTicketText } from '../journal.ts';
import { type ClaimDecision, decideClaim } from '../rules/claim.ts';
import { NEWEST_AMONG } from '../rules/leave.ts';
import { recordLifeMs } from '../rules/life.ts';
import { maxWaitingBefore, type QueueFacts } from '../rules/queue-share.ts';
import { type NamedRuns, readRecord, toCallBackWrites, toNamedRuns } from './records.ts';

/** Claims on Redis: reads the facts for `rules/claim.ts`, and writes its decision if the facts still hold. */

interface Seen {
  readonly queue: QueueFacts;
  readonly named: NamedRuns;
  /** Ticket and fingerprint of the idempotency key. */
  readonly keyText: string;
}

const NO_RUNS: NamedRuns = { text: '', runs: [] };

type Made = Extract<ClaimDecision, { readonly how: 'made' }>;
type Joined = Extract<ClaimDecision, { readonly how: 'joined' | 'remembered' }>;

export function createRedisClaim({ redis, clock, keepMs }: RedisRecordsOptions) {
  const lastPlaces = createLastPlaces();

  async function attempt(order: Order): Promise<{ answer: Claim; commit?: Commit }> {
    const { sharing, idempotency, run } = order;
    const line = lineOf(run);
    const seen = await look(redis, order);
    const keyed = await readKeyed(redis, seen.keyText);
    const decision = decideClaim(order, {
      now: clock.now(),
      keyed,
      named: seen.named.runs.map((stored) => stored.run),
      queue: { ...seen.queue, lastPlace: Math.max(seen.queue.lastPlace, lastPlaces.of(line)) },
    });
    if ('record' in decision) return { answer: { ...decision.record, how: decision.how } };
    if (decision.how === 'made') lastPlaces.note(line, placeOf(decision.run, attendanceOf(decision.run)));
    const lifeSeconds = Math.ceil(recordLifeMs(keepMs, run.rememberMs) / 1000);
    const { expected, writes } =
      decision.how === 'made'
        ? toMade(order, decision, seen.queue, lifeSeconds)
        : toJoined(decision, seen.named.runs, clock.now());
    const { how, ticket } = decision;
    const names: [string, string, string][] = [];
    if (sharing && how === 'made') names.push([sharing.name, seen.named.text, decision.named.join(' ')]);
    if (idempotency) names.push([idempotency.name, seen.keyText, `${ticket.key} ${idempotency.fingerprint}`]);
    return {
      answer: { how, ticket, run: decision.run },
      commit: {
        expected: [
          ...expected,
          ...names.map(([name, before]) => ({ command: ['GET', redisKeys.name(name)], answer: before })),
        ],
        writes: [
          ...writes,
          ...toTicketWrites(ticket, lifeSeconds),
          ...names.map(([name, , text]) => ['SET', redisKeys.name(name), text, 'EX', lifeSeconds]),
        ],
      },
    };
  }

  return async (order: Order): Promise<Claim> => {
    const leave = lastPlaces.enter(lineOf(order.run));
    try {
      return await commitUntilDone(redis, () => attempt(order));
    } finally {
      leave();
    }
  };
}

/** One round trip, and a second one if the idempotency key was used before. */
async function look(redis: Redis, { run, sharing, idempotency }: Order): Promise<Seen> {
  const [places, cost, clients, ...names] = await readAll(redis, [
    ['ZMSCORE', redisKeys.places, SERVED, lineOf(run)],
    ['HGET', redisKeys.costs, run.clientId],
    ['HLEN', redisKeys.costs],
    ...(sharing ? [['RUNS', redisKeys.name(sharing.name)]] : []),
    ...(idempotency ? [['GET', redisKeys.name(idempotency.name)]] : []),
  ]);
  const [servedTurn = 0, lastPlace = 0] = (places as (string | null)[]).map(Number);
  return {
    queue: { clients: Number(clients), ownCost: Number(cost), lastPlace, servedTurn },
    named: sharing ? toNamedRuns(names.shift()) : NO_RUNS,
    keyText: String(names.shift() ?? ''),
  };
}

async function readKeyed(redis: Redis, text: string) {
  const [ticketKey, fingerprint = ''] = text.split(' ');
  const record = ticketKey ? await readRecord(redis, ticketKey) : undefined;
  return record && { fingerprint, record };
}

function toMade({ maxWaiting }: Order, { ticket, run }: Made, queue: QueueFacts, lifeSeconds: number): Commit {
  const atMost = maxWaitingBefore(run.cost, maxWaiting, queue);
  return {
    expected: [{ command: ['HGET', redisKeys.costs, run.clientId], atMost }],
    writes: toNewRunWrites(run, lifeSeconds, ticket.callbackUrl === undefined ? [] : [ticket.key]),
  };
}

function toJoined({ ticket, run }: Joined, stored: readonly StoredRun[], now: number): Commit {
  const key = redisKeys.run(run.id);
  const before = stored.filter((one) => one.run.id === run.id);
  const isCalledBack = ticket.callbackUrl !== undefined;
  const isOver = isEnded(run.status);
  const callbacks = before.flatMap((one) => one.callbacks);
  if (isCalledBack && !isOver) callbacks.push(ticket.key);
  return {
    expected: before.map((one) => unchanged(one, ['status', 'attendedBy', 'callbacks'])),
    writes: [
      ['HSET', key, 'attendedBy', run.attendedBy, 'callbacks', callbacks.join(' ')],
      ['HINCRBY', key, 'holders', 1],
      ...(isCalledBack && isOver ? toCallBackWrites(ticket.key, now) : []),
    ],
  };
}

/** Places that this gateway has given out and may not have written yet, so that simultaneous claims get different ones. */
function createLastPlaces() {
  const lines = new Map<string, { place: number; claims: number }>();
  return {
    enter: (line: string): (() => void) => {
      const state = lines.get(line) ?? { place: 0, claims: 0 };
      lines.set(line, state);
      state.claims += 1;
      return () => {
        state.claims -= 1;
        if (state.claims === 0) lines.delete(line);
      };
    },
    of: (line: string): number => lines.get(line)?.place ?? 0,
    note: (line: string, place: number): void => {
      const state = lines.get(line);
      if (state !== undefined) state.place = Math.max(state.place, place);
    },
  };
}

function toTicketWrites(ticket: Ticket, lifeSeconds: number): Command[] {
  const [key, clientKey] = [redisKeys.ticket(ticket.key), redisKeys.client(ticket.clientId)];
  const { runId, origin, comesBack } = ticket;
  return [
    ['HSET', key, 'data', toTicketText(ticket), 'runId', runId, 'origin', origin, 'isPatient', comesBack ? '1' : ''],
    ['EXPIRE', key, lifeSeconds],
    ['PREPEND', clientKey, ticket.key, NEWEST_AMONG],
    ['EXPIRE', clientKey, lifeSeconds],
  ];
}
