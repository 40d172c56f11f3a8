import type { RedisBackend } from '../../../../shared/queue/redis/backend.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { toRunKeys } from '../../../../shared/queue/redis/runs.ts';
import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import { toFinish, toRunBase } from '../../../../shared/queue/shared-runs.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { unpackHistory } from '../../wait/history.ts';
import { type Claim, type Held, type Journal, NOBODY_WAITS, type Order, type Ticket } from '../journal.ts';
import { claimRun, releaseTicket, takeCallback } from './scripts.ts';
import { createSubscriptions } from './subscriptions.ts';

/** The journal of any number of gateways. Everything expires by itself. */

interface RedisJournalOptions {
  readonly backend: RedisBackend;
  readonly clock: Clock;
  readonly keepMs: number;
  readonly log: Logger;
}

/** An unfinished run is given up after so long; its end sets another expiry. */
const LIFE_SECONDS = 7 * 86_400;

export function createRedisJournal({ backend, clock, keepMs, log }: RedisJournalOptions): Journal {
  const { redis, runs, channels } = backend;
  const keepSeconds = Math.ceil(keepMs / 1000);

  async function readTicket(ticketKey: string): Promise<Ticket | undefined> {
    const { data, runId, origin, isPatient, isReleased } = await redis.hgetall(redisKeys.ticket(ticketKey));
    if (data === undefined || runId === undefined) return undefined;
    const ticket = JSON.parse(data) as Ticket;
    const isAsynchronous = isPatient === '1';
    return {
      ...ticket,
      runId,
      origin: origin as Ticket['origin'],
      asynchronous: isAsynchronous,
      released: isReleased === '1',
    };
  }

  async function find(ticketKey: string): Promise<Held | undefined> {
    const ticket = await readTicket(ticketKey);
    const run = ticket === undefined ? undefined : await runs.read(ticket.runId);
    return ticket === undefined || run === undefined ? undefined : { ticket, run };
  }

  async function claim(order: Order): Promise<Claim> {
    const { ticket, run, sharing, idempotency } = order;
    const args = [
      ...[run.id, toRunBase(run), ticket.key, JSON.stringify(ticket)],
      ...[ticket.asynchronous ? '1' : '', ticket.callbackUrl === undefined ? '' : '1', run.clientId],
      ...[clock.now(), LIFE_SECONDS],
      ...[sharing === undefined ? '' : redisKeys.name(sharing.name), sharing?.kind ?? '', order.fresh ? '1' : ''],
      ...[idempotency === undefined ? '' : redisKeys.name(idempotency.name), idempotency?.fingerprint ?? ''],
      ...[order.maxWaiting, redisKeys.client(ticket.clientId)],
    ];
    const [how, ticketKey] = (await claimRun(redis, toRunKeys(run.id), args)) as [Claim['how'], string];
    // Nobody else knows of what was just made.
    const held = how === 'full' || how === 'made' ? { ticket, run } : await find(ticketKey);
    if (held === undefined) throw new Error('a claimed ticket is not there');
    return { how, ...held };
  }

  async function newest(clientId: string): Promise<Held | undefined> {
    for (const key of await redis.lrange(redisKeys.client(clientId), 0, -1)) {
      const held = await find(key);
      if (held !== undefined && !held.ticket.released && !isEnded(held.run.status)) return held;
    }
    return undefined;
  }

  async function release(ticketKey: string): Promise<Run | undefined> {
    const ticket = await readTicket(ticketKey);
    if (ticket === undefined) return undefined;
    const finish = toFinish({ error: NOBODY_WAITS, finishedAt: clock.now() });
    const args = [ticket.runId, ticketKey, clock.now(), keepSeconds, finish];
    const isCancelled = (await releaseTicket(redis, toRunKeys(ticket.runId), args)) === 1;
    return isCancelled ? runs.read(ticket.runId) : undefined;
  }

  return {
    claim,
    find,
    run: runs.read,
    recall: async (name) => {
      const runId = await redis.get(redisKeys.name(name));
      return runId === null ? undefined : runs.read(runId);
    },
    newest,
    report: runs.report,
    keep: async (ticketKey) => {
      if ((await readTicket(ticketKey)) !== undefined) await redis.hset(redisKeys.ticket(ticketKey), 'isPatient', '1');
    },
    release,
    markReceived: async (runId, received) => {
      if ((await runs.read(runId)) !== undefined)
        await redis.hset(redisKeys.run(runId), 'received', received ? '1' : '');
    },
    forget: async (runId) => {
      if ((await runs.read(runId)) === undefined) return;
      await redis.hset(redisKeys.run(runId), { received: '1', rememberUntil: 0 });
    },
    history: async (runId) => {
      const [run, events] = [await runs.read(runId), await redis.lrange(`${redisKeys.run(runId)}:events`, 0, -1)];
      return run === undefined ? [] : unpackHistory(run, `[${events.join(',')}]`);
    },
    subscribe: createSubscriptions({ channels, readRun: runs.read, log }),
    isPatient: async () => true,
    takeCallback: async (leaseMs) => {
      const args = [clock.now(), clock.now() + leaseMs];
      const [ticketKey, detail] = (await takeCallback(redis, [redisKeys.callbacks], args)) as string[];
      if (ticketKey === undefined) return {};
      if (ticketKey === '') return { nextAt: Number(detail) };
      const held = await find(ticketKey);
      if (held !== undefined) return { due: { ...held, attempts: Number(detail) } };
      await redis.zrem(redisKeys.callbacks, ticketKey);
      return { nextAt: clock.now() };
    },
    putOffCallback: async (ticketKey, until) => {
      if (until === undefined) await redis.zrem(redisKeys.callbacks, ticketKey);
      else await redis.zadd(redisKeys.callbacks, until, ticketKey);
    },
    readFact: async (name) => (await redis.get(redisKeys.fact(name))) ?? undefined,
    writeFact: async (name, value) => void (await redis.set(redisKeys.fact(name), value)),
    close: backend.close,
  };
}
