import type { Redis } from 'ioredis';
import { channelNames } from '../../../../shared/queue/channels.ts';
import { type Command, type Commit, commitUntilDone, readAll } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { SERVED, type StoredRun, toNewRunWrites } from '../../../../shared/queue/redis/runs.ts';
import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import type { Clock } from '../../../../shared/wait.ts';
import type { Claim, JobRecord, Order, Ticket } from '../journal.ts';
import { type ClaimDecision, decideClaim } from '../rules/claim.ts';
import { NEWEST_AMONG } from '../rules/leave.ts';
import { recordLifeMs } from '../rules/life.ts';
import { mostWaitingBefore, type QueueFacts } from '../rules/queue-share.ts';

/** Claims on Redis: the facts of `rules/claim.ts` are read, and what it decides is written if they still hold. */

interface ClaimOptions {
  readonly redis: Redis;
  readonly readRecord: (ticketKey: string) => Promise<(JobRecord & StoredRun) | undefined>;
  /** Of the ids in the text that stands under a name. */
  readonly readRuns: (text: string) => Promise<readonly StoredRun[]>;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

/** What stands under the names of an order. */
interface Texts {
  readonly sharing: string;
  readonly key: string;
}

interface Queue {
  readonly facts: QueueFacts;
  /** Nothing waits, so that the counts can begin anew. */
  readonly canReset: boolean;
}

/** Turns begin anew when nothing waits, so that they stay far below what BullMQ can tell apart. */
const RESET_ABOVE = 1000;

type Made = Extract<ClaimDecision, { readonly how: 'made' }>;
type Joined = Extract<ClaimDecision, { readonly how: 'joined' | 'remembered' }>;

export function createRedisClaim({ redis, readRecord, readRuns, clock, keepMs }: ClaimOptions) {
  const lastTurns = createLastTurns();

  /** In one round trip, with what stands under the order's names. */
  async function readQueue({ run, sharing, idempotency }: Order): Promise<Queue & { readonly texts: Texts }> {
    const { clientId } = run;
    const nameOf = (name = ''): Command => ['GET', redisKeys.name(name)];
    const [sharingText, keyText, count, turns, cost, clients] = await readAll(redis, [
      nameOf(sharing?.name),
      nameOf(idempotency?.name),
      ['ZCARD', redisKeys.waiting],
      ['HMGET', redisKeys.turns, SERVED, clientId],
      ['HGET', redisKeys.costs, clientId],
      ['HLEN', redisKeys.costs],
    ]);
    const [served, own] = turns as (string | null)[];
    const servedTurn = Number(served ?? 0);
    // Counts of runs that expired while they waited were never taken back.
    const isMiscounted = count === 0 && Number(clients) > 0;
    const facts = {
      clients: isMiscounted ? 0 : Number(clients),
      ownCost: isMiscounted ? 0 : Number(cost ?? 0),
      ownTurn: Number(own ?? 0),
      servedTurn,
    };
    const texts = { sharing: String(sharingText ?? ''), key: String(keyText ?? '') };
    return { facts, texts, canReset: isMiscounted || (count === 0 && servedTurn > RESET_ABOVE) };
  }

  async function readKeyed(text: string) {
    const [ticketKey, fingerprint = ''] = text.split(' ');
    const record = ticketKey ? await readRecord(ticketKey) : undefined;
    return record && { fingerprint, record };
  }

  async function attempt(order: Order): Promise<{ answer: Claim; commit?: Commit }> {
    const { sharing, idempotency, run } = order;
    const queue = await readQueue(order);
    const { texts } = queue;
    const [keyed, stored] = [await readKeyed(texts.key), await readRuns(texts.sharing)];
    const facts = {
      now: clock.now(),
      keyed,
      named: stored.map((one) => one.run),
      queue: { ...queue.facts, ownTurn: Math.max(queue.facts.ownTurn, lastTurns.of(run.clientId)) },
    };
    const decision = decideClaim(order, facts);
    if (decision.how === 'made') lastTurns.note(decision.run);
    if (decision.how === 'full') return { answer: { ...order, how: 'full' } };
    if ('record' in decision) return { answer: { ...decision.record, how: decision.how } };
    const lifeSeconds = Math.ceil(recordLifeMs(keepMs, run.rememberMs) / 1000);
    const held: Commit =
      decision.how === 'made' ? toMade(order, decision, queue, lifeSeconds) : toJoined(decision, stored);
    const { how, ticket, run: itsRun } = decision;
    const names: Command[] =
      idempotency === undefined
        ? []
        : [['SET', redisKeys.name(idempotency.name), `${ticket.key} ${idempotency.fingerprint}`, 'EX', lifeSeconds]];
    const commit = {
      expected: [
        ...held.expected,
        ...(sharing && how === 'made'
          ? [{ command: ['GET', redisKeys.name(sharing.name)], answer: texts.sharing }]
          : []),
        ...(idempotency ? [{ command: ['GET', redisKeys.name(idempotency.name)], answer: texts.key }] : []),
      ],
      writes: [...held.writes, ...toTicketWrites(ticket, lifeSeconds), ...names],
    };
    return { answer: { how, ticket, run: itsRun }, commit };
  }

  function toMade(order: Order, { ticket, run, named }: Made, queue: Queue, lifeSeconds: number): Commit {
    const { sharing, maxWaiting } = order;
    const atMost = mostWaitingBefore(run.cost, maxWaiting, queue.facts);
    return {
      expected: [
        ...(queue.canReset ? [{ command: ['ZCARD', redisKeys.waiting], answer: '0' }] : []),
        ...(queue.canReset ? [] : [{ command: ['HGET', redisKeys.costs, run.clientId], atMost }]),
      ],
      writes: [
        ...(queue.canReset ? [['DEL', redisKeys.turns, redisKeys.costs]] : []),
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

  return async (order: Order): Promise<Claim> => {
    const leave = lastTurns.enter(order.run.clientId);
    try {
      return await commitUntilDone(redis, () => attempt(order));
    } finally {
      leave();
    }
  };
}

/** Turns that were given out here and may not be written down yet, so that claims at the same time get one each. */
function createLastTurns() {
  const clients = new Map<string, { turn: number; claims: number }>();
  return {
    enter: (clientId: string): (() => void) => {
      const client = clients.get(clientId) ?? { turn: 0, claims: 0 };
      clients.set(clientId, client);
      client.claims += 1;
      return () => {
        client.claims -= 1;
        if (client.claims === 0) clients.delete(clientId);
      };
    },
    of: (clientId: string): number => clients.get(clientId)?.turn ?? 0,
    note: ({ clientId, turn }: Run): void => {
      const client = clients.get(clientId);
      if (client !== undefined) client.turn = Math.max(client.turn, turn);
    },
  };
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
