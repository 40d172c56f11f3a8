import type { Redis } from 'ioredis';
import type { ProgressEvent } from '../../contract/generation.ts';
import type { Clock } from '../../wait.ts';
import { channelNames } from '../channels.ts';
import {
  applyChange,
  isEnded,
  parseRun,
  type Run,
  type RunChange,
  type RunMessage,
  toEndedText,
  toEndingText,
  toMessageText,
  toOriginText,
  toPictureIdName,
  toStepText,
} from '../run.ts';
import { attendanceOf, FIRST_PLACE, lineOf, placeOf, servedTurnOf } from '../turns.ts';
import { type Command, type Commit, commit, commitUntilDone, type Fact } from './commit.ts';
import { redisKeys } from './connection.ts';

/** Options of all modules that keep records on Redis. */
export interface RedisRecordsOptions {
  readonly redis: Redis;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

/** Runs as gateways and workers share them. */
export interface SharedRuns {
  read(runId: string): Promise<Run | undefined>;
  /**
   * Applies the changes in one step. Undefined when the run is unknown or has ended already: only the first end counts.
   * `known`: the run as it was last read; it saves reading it again.
   */
  report(
    runId: string,
    changes: RunChange | readonly RunChange[],
    preview?: ProgressEvent['preview'],
    known?: Run,
  ): Promise<Run | undefined>;
  /** Place in the queue, from 1. Undefined if the run does not wait. */
  position(runId: string): Promise<number | undefined>;
  countWaiting(): Promise<number>;
  /** Does nothing if the run does not wait. */
  move(run: Pick<Run, 'id' | 'createdAt'>, place: number): Promise<void>;
  /**
   * Resets places and costs if nothing waits. So places stay far below BullMQ's limit, and the costs of runs that were lost
   * while they waited are removed.
   */
  resetCounts(): Promise<void>;
  /** Open runs that were accepted before `time` (epoch milliseconds), at most MAX_UNFINISHED. */
  unfinishedBefore(time: number): Promise<readonly Run[]>;
  /** Adds one to the count of the run's losses and returns the count. */
  countLoss(runId: string): Promise<number>;
}

/** Most open runs that one call returns. */
const MAX_UNFINISHED = 1000;

/** A run as Redis stores it: a hash with the run and facts about its tickets. */
export interface StoredRun {
  readonly run: Run;
  /** Number of tickets that are not released. */
  readonly holders: number;
  /** Keys of tickets to call back at the end. */
  readonly callbacks: readonly string[];
}

/** Orders by place, then by time of arrival, which is the fraction of the score. That fraction wraps around after 49 days. */
const toScore = (place: number, { createdAt }: Pick<Run, 'createdAt'>): number =>
  place + (createdAt % 2 ** 32) / 2 ** 32;

export function fromFields(fields: Readonly<Record<string, string>>): StoredRun | undefined {
  const { base, live = '{}', end = '{}', status, number, rememberUntil = '0' } = fields;
  if (base === undefined || status === undefined) return undefined;
  const { received, attendedBy = '', steps = '[]', holders, callbacks = '' } = fields;
  const run = parseRun({
    ...{ ...JSON.parse(base), ...JSON.parse(live), ...JSON.parse(end), steps: JSON.parse(steps) },
    ...{ status, number: Number(number), received: received === '1', attendedBy },
    rememberUntil: Number(rememberUntil),
  });
  return run && { run, holders: Number(holders ?? 0), callbacks: callbacks.split(' ').filter((key) => key !== '') };
}

/** The fact that these fields of the run have not changed since they were read. */
export function unchanged(
  { run: { id, number, status, attendedBy }, holders, callbacks }: StoredRun,
  fields: readonly ('number' | 'status' | 'attendedBy' | 'holders' | 'callbacks')[],
): Fact {
  const texts = { number, status, attendedBy, holders, callbacks: callbacks.join(' ') };
  return { command: ['HMGET', redisKeys.run(id), ...fields], answer: fields.map((field) => String(texts[field])) };
}

/** The writes for a new run with its first ticket. */
export function toNewRunWrites(run: Run, lifeSeconds: number, callbacks: readonly string[]): Command[] {
  const key = redisKeys.run(run.id);
  const { status, number, attendedBy } = run;
  const place = placeOf(run, attendanceOf(run));
  return [
    [
      ...['HSET', key, 'base', toOriginText(run), 'status', status, 'number', number],
      ...['steps', JSON.stringify(run.steps), 'attendedBy', attendedBy, 'holders', 1, 'callbacks', callbacks.join(' ')],
      ...['received', '', 'rememberUntil', 0],
    ],
    ['EXPIRE', key, lifeSeconds],
    ['ZADD', redisKeys.open, run.createdAt, run.id],
    ['ZADD', redisKeys.waiting, toScore(place, run), run.id],
    ['ZADD', redisKeys.places, 'GT', place, lineOf(run)],
    ['HINCRBY', redisKeys.costs, run.clientId, run.cost],
  ];
}

/** The commit for one change of a run. */
export function toChangeCommit(before: StoredRun, run: Run, options: ChangeOptions): Commit {
  const { id, number, status } = run;
  const key = redisKeys.run(id);
  const isOver = isEnded(status);
  const state = ['live', toStepText(run), 'steps', JSON.stringify(run.steps)];
  const end = isOver ? ['end', toEndingText(run), 'rememberUntil', run.rememberUntil ?? 0] : [];
  return {
    expected: [unchanged(before, isOver ? ['number', 'callbacks'] : ['number'])],
    writes: [
      ['HSET', key, 'number', number, 'status', status, ...state, ...end],
      ...toQueueWrites(before.run, run),
      ...(isOver ? toEndWrites(before, run, options) : []),
      ['PUBLISH', channelNames.run(id), toMessageText(run, before.run.number, options.preview)],
    ],
  };
}

interface ChangeOptions {
  readonly now: number;
  readonly keepMs: number;
  readonly preview?: RunMessage['preview'];
}

function toQueueWrites(before: Run, run: Run): Command[] {
  const { id, clientId, cost, status } = run;
  const [wasWaiting, isWaiting] = [before.status === 'queued', status === 'queued'];
  if (wasWaiting === isWaiting) return [];
  // A run that was begun before is served first.
  if (isWaiting)
    return [
      ['ZADD', redisKeys.waiting, FIRST_PLACE, id],
      ['HINCRBY', redisKeys.costs, clientId, cost],
    ];
  const isFirstStart = before.startedAt === undefined && !isEnded(status);
  return [
    ['ZREM', redisKeys.waiting, id],
    ['TAKE', redisKeys.costs, clientId, cost],
    ...(isFirstStart ? [['ZADD', redisKeys.places, 'GT', servedTurnOf(run), SERVED]] : []),
  ];
}

/** Member among the lines. No client id starts with a space. */
export const SERVED = ' served';

function toEndWrites({ callbacks }: StoredRun, run: Run, { now, keepMs }: ChangeOptions): Command[] {
  const key = redisKeys.run(run.id);
  const { result, rememberUntil = 0 } = run;
  const keepSeconds = Math.ceil(Math.max(keepMs, rememberUntil - now) / 1000);
  return [
    ['EXPIRE', key, keepSeconds],
    ['ZREM', redisKeys.open, run.id],
    ...(result?.pictures ?? []).map(({ id }) => ['SET', toFinishedKey(id), run.id, 'EX', keepSeconds]),
    ...callbacks.map((ticketKey) => ['ZADD', redisKeys.callbacks, now, ticketKey]),
    ['PUBLISH', channelNames.ended, toEndedText(run, callbacks.length)],
  ];
}

const toFinishedKey = (pictureId: string): string => redisKeys.name(toPictureIdName(pictureId));

/** Runs on Redis. A change is written only if the run's number is still the one that was read. */
export function createRedisRuns({ redis, clock, keepMs }: RedisRecordsOptions): SharedRuns {
  const readStored = async (runId: string) => fromFields(await redis.hgetall(redisKeys.run(runId)));
  const read = async (runId: string): Promise<Run | undefined> => (await readStored(runId))?.run;

  async function report(
    runId: string,
    changes: RunChange | readonly RunChange[],
    preview?: RunMessage['preview'],
    known?: Run,
  ) {
    let seen: StoredRun | undefined = known && { run: known, holders: 0, callbacks: [] };
    return commitUntilDone(redis, async () => {
      const before = seen ?? (await readStored(runId));
      seen = undefined;
      if (before === undefined || isEnded(before.run.status)) return { answer: undefined };
      const now = clock.now();
      const run = [changes].flat().reduce<Run>((changed, change) => applyChange(changed, change, now), before.run);
      return { answer: run, commit: toChangeCommit(before, run, { now, keepMs, preview }) };
    });
  }

  return {
    read,
    report,
    position: async (runId) => {
      const rank = await redis.zrank(redisKeys.waiting, runId);
      return rank === null ? undefined : rank + 1;
    },
    countWaiting: () => redis.zcard(redisKeys.waiting),
    move: async (run, place) => void (await redis.zadd(redisKeys.waiting, 'XX', toScore(place, run), run.id)),
    resetCounts: async () => {
      const expected = [{ command: ['ZCARD', redisKeys.waiting], answer: '0' }];
      await commit(redis, { expected, writes: [['DEL', redisKeys.places, redisKeys.costs]] });
    },
    unfinishedBefore: async (time) => {
      const runIds = await redis.zrangebyscore(redisKeys.open, 0, time, 'LIMIT', 0, MAX_UNFINISHED);
      const runs: Run[] = [];
      for (const runId of runIds) {
        const run = await read(runId);
        if (run !== undefined) runs.push(run);
        else await Promise.all([redisKeys.open, redisKeys.waiting].map((key) => redis.zrem(key, runId)));
      }
      return runs;
    },
    countLoss: (runId) => redis.hincrby(redisKeys.run(runId), 'losses', 1),
  };
}
