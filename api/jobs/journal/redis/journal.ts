import { channelNames } from '../../../../shared/queue/channels.ts';
import type { RedisBackend } from '../../../../shared/queue/redis/backend.ts';
import { type Command, type Commit, commit, commitUntilDone } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { toChangeCommit } from '../../../../shared/queue/redis/runs.ts';
import { applyChange, type Run } from '../../../../shared/queue/run.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Clock } from '../../../../shared/wait.ts';
import type { Callback, JobRecord, Journal } from '../journal.ts';
import { decideLeave, decideNewest, decideRelease, NEWEST_AMONG } from '../rules/leave.ts';
import { NOBODY_WAITS } from '../rules/life.ts';
import { createRedisClaim } from './claim.ts';
import { readNamed, readRecord, type StoredRecord } from './records.ts';
import { createSubscriptions } from './subscriptions.ts';

/** The journal of any number of gateways. Everything expires by itself. */

interface RedisJournalOptions {
  readonly backend: RedisBackend;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
  readonly log: Logger;
}

export function createRedisJournal({ backend, clock, keepMs, log }: RedisJournalOptions): Journal {
  const { redis, runs, channels } = backend;

  const find = (ticketKey: string) => readRecord(redis, ticketKey);

  async function newest(clientId: string): Promise<JobRecord | undefined> {
    const keys = await redis.lrange(redisKeys.client(clientId), 0, NEWEST_AMONG - 1);
    const records = await Promise.all(keys.map(find));
    return decideNewest(records.filter((record) => record !== undefined));
  }

  const leave = (ticketKey: string, comesBack: boolean): Promise<void> =>
    commitUntilDone(redis, async () => {
      const record = await find(ticketKey);
      if (record === undefined) return { answer: undefined };
      const { ticket, run } = decideLeave(record, comesBack);
      const attended = { command: ['HGET', redisKeys.run(run.id), 'attendedBy'], answer: record.run.attendedBy };
      const writes: Command[] = [];
      if (ticket !== record.ticket) writes.push(['HSET', redisKeys.ticket(ticketKey), 'isPatient', '1']);
      if (run !== record.run) writes.push(['HSET', redisKeys.run(run.id), 'attendedBy', run.attendedBy]);
      return { answer: undefined, commit: writes.length > 0 ? { expected: [attended], writes } : undefined };
    });

  const release = (ticketKey: string): Promise<Run | undefined> =>
    commitUntilDone(redis, async () => {
      const record = await find(ticketKey);
      const decision = record && decideRelease(record, record.holders);
      if (record === undefined || decision === 'nothing') return { answer: undefined };
      const cancelled =
        decision === 'runCancelled'
          ? applyChange(record.run, { status: 'cancelled', error: NOBODY_WAITS }, clock.now())
          : undefined;
      return { answer: cancelled, commit: toReleaseCommit(record, cancelled) };
    });

  function toReleaseCommit(record: StoredRecord, cancelled: Run | undefined): Commit {
    const { ticket, run, holders, callbacks } = record;
    const [key, ticketKey, now] = [redisKeys.run(run.id), redisKeys.ticket(ticket.key), clock.now()];
    const others = callbacks.filter((one) => one !== ticket.key);
    const isCalledBack = others.length < callbacks.length;
    const change = cancelled && toChangeCommit({ ...record, callbacks: others }, cancelled, { now, keepMs });
    return {
      expected: [
        { command: ['HGET', ticketKey, 'isReleased'], answer: '' },
        { command: ['HGET', key, 'holders'], answer: String(holders) },
        { command: ['HGET', key, 'callbacks'], answer: callbacks.join(' ') },
        ...(change?.expected.slice(0, 1) ?? []),
      ],
      writes: [
        ['HSET', ticketKey, 'isReleased', '1'],
        ['HINCRBY', key, 'holders', -1],
        ...(isCalledBack ? [['HSET', key, 'callbacks', others.join(' ')]] : []),
        ...(isCalledBack ? [['ZADD', redisKeys.callbacks, now, ticket.key]] : []),
        ...(isCalledBack ? [['PUBLISH', channelNames.ended, '']] : []),
        ...(change?.writes ?? []),
      ],
    };
  }

  /** Writes fields of a run. False, without writing, if it is gone or another ticket attends it. */
  async function amend(runId: string, fields: Command, attendedBy?: string): Promise<boolean> {
    const key = redisKeys.run(runId);
    const expected = [
      { command: ['EXISTS', key], answer: '1' },
      ...(attendedBy === undefined ? [] : [{ command: ['HGET', key, 'attendedBy'], answer: attendedBy }]),
    ];
    return commit(redis, { expected, writes: [['HSET', key, ...fields]] });
  }

  /** Mostly in one round trip, since the retry may be on its way. */
  async function markLost({ ticket, run }: JobRecord): Promise<void> {
    const isDone = await amend(run.id, ['received', '', 'attendedBy', ''], ticket.key);
    if (!isDone) await amend(run.id, ['received', '']);
  }

  const takeCallback = (leaseMs: number) =>
    commitUntilDone<{ readonly due?: Callback; readonly nextAt?: number }>(redis, async () => {
      const [ticketKey, dueAt] = await redis.zrange(redisKeys.callbacks, '0', '0', 'WITHSCORES');
      if (ticketKey === undefined || dueAt === undefined) return { answer: {} };
      if (Number(dueAt) > clock.now()) return { answer: { nextAt: Number(dueAt) } };
      const expected = [{ command: ['ZSCORE', redisKeys.callbacks, ticketKey], answer: dueAt }];
      const record = await find(ticketKey);
      // Its run is gone, so there is nothing to call back for.
      if (record === undefined) {
        return {
          answer: { nextAt: clock.now() },
          commit: { expected, writes: [['ZREM', redisKeys.callbacks, ticketKey]] },
        };
      }
      const attempts = Number((await redis.hget(redisKeys.ticket(ticketKey), 'callbacks')) ?? 0);
      const writes: Command[] = [
        ['ZADD', redisKeys.callbacks, clock.now() + leaseMs, ticketKey],
        ['HINCRBY', redisKeys.ticket(ticketKey), 'callbacks', 1],
      ];
      return { answer: { due: { ...record, attempts } }, commit: { expected, writes } };
    });

  return {
    claim: createRedisClaim({ redis, clock, keepMs }),
    find,
    run: runs.read,
    recall: async (name) => (await readNamed(redis, name)).at(-1)?.run,
    newest,
    report: runs.report,
    leave: (ticketKey, { comesBack }) => leave(ticketKey, comesBack),
    release,
    markReceived: async (runId) => void (await amend(runId, ['received', '1'])),
    markLost,
    forget: async (runId) => void (await amend(runId, ['received', '1', 'rememberUntil', 0])),
    subscribe: createSubscriptions({ channels, readRun: runs.read, log }),
    isPatient: async () => true,
    takeCallback,
    putOffCallback: async (ticketKey, until) => {
      if (until === undefined) await redis.zrem(redisKeys.callbacks, ticketKey);
      else await redis.zadd(redisKeys.callbacks, until, ticketKey);
    },
    readFact: async (name) => (await redis.get(redisKeys.fact(name))) ?? undefined,
    writeFact: async (name, value) => void (await redis.set(redisKeys.fact(name), value)),
    close: backend.close,
  };
}
