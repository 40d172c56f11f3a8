import type { Redis } from 'ioredis';
import { channelNames } from '../../../../shared/queue/channels.ts';
import { type Command, type Commit, commitUntilDone, readAll } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { SERVED, type StoredRun, toNewRunWrites } from '../../../../shared/queue/redis/runs.ts';
import { isEnded } from '../../../../shared/queue/run.ts';
import type { Clock } from '../../../../shared/wait.ts';
import type { Claim, JobRecord, Order, Ticket } from '../journal.ts';
import { type ClaimDecision, decideClaim } from '../rules/claim.ts';
import { NEWEST_AMONG } from '../rules/leave.ts';
import { recordLifeMs } from '../rules/life.ts';
import { EMPTY_QUEUE, type QueueFacts } from '../rules/queue-share.ts';
import { createOneAtATime } from './one-at-a-time.ts';

/** Claims on Redis: the facts of `rules/claim.ts` are read, and what it decides is written if they still hold. */

interface ClaimOptions {
  readonly redis: Redis;
  readonly readRecord: (ticketKey: string) => Promise<(JobRecord & StoredRun) | undefined>;
  /** `text`: as it stands under the name. */
  readonly readNamed: (name: string) => Promise<{ readonly text: string; readonly stored: readonly StoredRun[] }>;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

interface Queue {
  readonly facts: QueueFacts;
  /** The client's turn as it is written down. */
  readonly turnText: string;
  readonly isEmpty: boolean;
}

type Made = Extract<ClaimDecision, { readonly how: 'made' }>;
type Joined = Extract<ClaimDecision, { readonly how: 'joined' | 'remembered' }>;

export function createRedisClaim({ redis, readRecord, readNamed, clock, keepMs }: ClaimOptions) {
  const oneAtATime = createOneAtATime();

  async function readQueue(clientId: string): Promise<Queue> {
    const [count, turns, cost, clients] = await readAll(redis, [
      ['ZCARD', redisKeys.waiting],
      ['HMGET', redisKeys.turns, SERVED, clientId],
      ['HGET', redisKeys.costs, clientId],
      ['HLEN', redisKeys.costs],
    ]);
    const [served, own] = turns as (string | null)[];
    const facts = {
      clients: Number(clients),
      ownCost: Number(cost ?? 0),
      ownTurn: Number(own ?? 0),
      servedTurn: Number(served ?? 0),
    };
    const isEmpty = count === 0;
    return { facts: isEmpty ? EMPTY_QUEUE : facts, turnText: own ?? '', isEmpty };
  }

  async function readKeyed(name: string) {
    const text = (await redis.get(redisKeys.name(name))) ?? '';
    const [ticketKey, fingerprint = ''] = text.split(' ');
    const record = ticketKey ? await readRecord(ticketKey) : undefined;
    return { text, ...(record && { known: { fingerprint, record } }) };
  }

  async function attempt(order: Order): Promise<{ answer: Claim; commit?: Commit }> {
    const { sharing, idempotency, run } = order;
    const [keyed, named, queue] = await Promise.all([
      idempotency && readKeyed(idempotency.name),
      sharing && readNamed(sharing.name),
      readQueue(run.clientId),
    ]);
    const facts = {
      now: clock.now(),
      keyed: keyed?.known,
      named: (named?.stored ?? []).map((one) => one.run),
      queue: queue.facts,
    };
    const decision = decideClaim(order, facts);
    if (decision.how === 'full') return { answer: { ...order, how: 'full' } };
    if ('record' in decision) return { answer: { ...decision.record, how: decision.how } };
    const lifeSeconds = Math.ceil(recordLifeMs(keepMs, run.rememberMs) / 1000);
    const held: Commit =
      decision.how === 'made' ? toMade(order, decision, queue, lifeSeconds) : toJoined(decision, named?.stored ?? []);
    const { how, ticket, run: itsRun } = decision;
    const names: Command[] =
      idempotency === undefined
        ? []
        : [['SET', redisKeys.name(idempotency.name), `${ticket.key} ${idempotency.fingerprint}`, 'EX', lifeSeconds]];
    const commit = {
      expected: [
        ...held.expected,
        ...(sharing && how === 'made'
          ? [{ command: ['GET', redisKeys.name(sharing.name)], answer: named?.text ?? '' }]
          : []),
        ...(idempotency ? [{ command: ['GET', redisKeys.name(idempotency.name)], answer: keyed?.text ?? '' }] : []),
      ],
      writes: [...held.writes, ...toTicketWrites(ticket, lifeSeconds), ...names],
    };
    return { answer: { how, ticket, run: itsRun }, commit };
  }

  function toMade({ sharing }: Order, { ticket, run, named }: Made, queue: Queue, lifeSeconds: number): Commit {
    return {
      expected: [
        { command: ['HGET', redisKeys.turns, run.clientId], answer: queue.turnText },
        ...(queue.isEmpty ? [{ command: ['ZCARD', redisKeys.waiting], answer: '0' }] : []),
      ],
      writes: [
        ...(queue.isEmpty ? [['DEL', redisKeys.turns, redisKeys.costs]] : []),
        ...toNewRunWrites(run, lifeSeconds, ticket.callbackUrl === undefined ? [] : [ticket.key]),
        ...(sharing ? [['SET', redisKeys.name(sharing.name), named.join(' '), 'EX', lifeSeconds]] : []),
      ],
    };
  }

  function toJoined({ ticket, run }: Joined, stored: readonly StoredRun[]): Commit {
    const key = redisKeys.run(run.id);
    const before = stored.find((one) => one.run.id === run.id);
    const callbacks = before?.callbacks ?? [];
    const isOver = isEnded(run.status);
    const toCallBack: Command[] = isOver
      ? [
          ['ZADD', redisKeys.callbacks, clock.now(), ticket.key],
          ['PUBLISH', channelNames.ended, ''],
        ]
      : [['HSET', key, 'callbacks', [...callbacks, ticket.key].join(' ')]];
    return {
      expected: [
        { command: ['HEXISTS', key, 'end'], answer: isOver ? '1' : '0' },
        { command: ['HGET', key, 'attendedBy'], answer: before?.run.attendedBy ?? '' },
        { command: ['HGET', key, 'callbacks'], answer: callbacks.join(' ') },
      ],
      writes: [
        ['HSET', key, 'attendedBy', run.attendedBy],
        ['HINCRBY', key, 'holders', 1],
        ...(ticket.callbackUrl === undefined ? [] : toCallBack),
      ],
    };
  }

  /** Claims of one client would only lose against each other. */
  return (order: Order): Promise<Claim> =>
    oneAtATime(order.run.clientId, () => commitUntilDone(redis, () => attempt(order)));
}

function toTicketWrites(ticket: Ticket, lifeSeconds: number): Command[] {
  const [key, clientKey] = [redisKeys.ticket(ticket.key), redisKeys.client(ticket.clientId)];
  const { runId, origin, comesBack } = ticket;
  return [
    ['HSET', key, 'data', JSON.stringify(ticket), 'runId', runId, 'origin', origin, 'isPatient', comesBack ? '1' : ''],
    ['EXPIRE', key, lifeSeconds],
    ['LPUSH', clientKey, ticket.key],
    ['LTRIM', clientKey, 0, NEWEST_AMONG - 1],
    ['EXPIRE', clientKey, lifeSeconds],
  ];
}
