import type { RedisBackend } from '../../../../shared/queue/redis/backend.ts';
import { commit, commitUntilDone, readAll } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Clock } from '../../../../shared/wait.ts';
import type { Callback, JobRecord, Journal } from '../journal.ts';
import { decideNewest, NEWEST_AMONG } from '../rules/leave.ts';
import { createRedisClaim } from './claim.ts';
import { createRedisLeave } from './leave.ts';
import { readRecord, readRecords, toNamedRuns } from './records.ts';
import { createSubscriptions } from './subscriptions.ts';

/** The journal of any number of gateways. Redis removes expired records by itself. */

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
    const records = await readRecords(redis, keys);
    return decideNewest(records.filter((record) => record !== undefined));
  }

  /** Every run has these fields from its start. If a field is new, the run has expired, and so the new key must expire too. */
  async function amend(runId: string, fields: Readonly<Record<string, string | number>>): Promise<void> {
    const key = redisKeys.run(runId);
    if ((await redis.hset(key, fields)) > 0) await redis.pexpire(key, keepMs);
  }

  async function markLost({ ticket, run }: JobRecord): Promise<void> {
    const key = redisKeys.run(run.id);
    const expected = [{ command: ['HGET', key, 'attendedBy'], answer: ticket.key }];
    const isStillItsOwn = await commit(redis, { expected, writes: [['HSET', key, 'received', '', 'attendedBy', '']] });
    // A retry has taken the run up.
    if (!isStillItsOwn) await amend(run.id, { received: '' });
  }

  const takeCallback = (now: number, leaseMs: number) =>
    commitUntilDone<{ readonly due?: Callback; readonly nextAt?: number }>(redis, async () => {
      const [ticketKey, dueAt] = await redis.zrange(redisKeys.callbacks, '0', '0', 'WITHSCORES');
      if (ticketKey === undefined || dueAt === undefined) return { answer: {} };
      if (Number(dueAt) > now) return { answer: { nextAt: Number(dueAt) } };
      const expected = [{ command: ['ZSCORE', redisKeys.callbacks, ticketKey], answer: dueAt }];
      const record = await find(ticketKey);
      if (record === undefined) {
        // Its run is gone, so there is no result to send.
        const writes = [['ZREM', redisKeys.callbacks, ticketKey]];
        return { answer: { nextAt: now }, commit: { expected, writes } };
      }
      const writes = [
        ['ZADD', redisKeys.callbacks, now + leaseMs, ticketKey],
        ['HINCRBY', redisKeys.ticket(ticketKey), 'callbacks', 1],
      ];
      return { answer: { due: record }, commit: { expected, writes } };
    });

  return {
    claim: createRedisClaim({ redis, clock, keepMs }),
    find,
    run: runs.read,
    recall: async (name) => {
      const [answer] = await readAll(redis, [['RUNS', redisKeys.name(name)]]);
      return toNamedRuns(answer).runs.at(-1)?.run;
    },
    newest,
    report: runs.report,
    ...createRedisLeave({ redis, clock, keepMs }),
    markReceived: async (runId) => amend(runId, { received: '1' }),
    markLost,
    forget: async (runId) => amend(runId, { received: '1', rememberUntil: 0 }),
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
