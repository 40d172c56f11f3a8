import type { Redis } from 'ioredis';
import type { Clock } from '../../wait.ts';
import { channelNames } from '../channels.ts';
import type { Run } from '../run.ts';
import {
  createReport,
  fromRunRecord,
  MAX_EVENTS,
  MAX_UNFINISHED,
  type RunSave,
  type SharedRuns,
} from '../shared-runs.ts';
import { createScript, redisKeys } from './connection.ts';

interface RedisRunsOptions {
  readonly redis: Redis;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

/** A score in the line of waiting runs is the turn and, behind the point, the order of arrival. */
export const WITHIN_TURN = 2 ** -30;

/**
 * What the end of a run brings with it, for scripts whose first keys are `run, open, waiting, callbacks`. Tickets that
 * still hold the run and want to be called back are due at once; everything expires together.
 */
export const END_OF_RUN = `
  local function endRun(runId, prefix, now, keepSeconds, told)
    redis.call('ZREM', KEYS[2], runId)
    redis.call('ZREM', KEYS[3], runId)
    for _, key in ipairs(redis.call('SMEMBERS', KEYS[1] .. ':callbacks')) do redis.call('ZADD', KEYS[4], now, key) end
    for _, key in ipairs(redis.call('SMEMBERS', KEYS[1] .. ':tickets')) do
      redis.call('EXPIRE', prefix .. key, keepSeconds)
    end
    for _, part in ipairs({'', ':events', ':tickets', ':holders', ':callbacks'}) do
      redis.call('EXPIRE', KEYS[1] .. part, keepSeconds)
    end
    redis.call('PUBLISH', '${channelNames.ended}', told)
  end
`;

const saveRun = createScript(`
  ${END_OF_RUN}
  local expected, number, runId, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
  local status, isEnded, live, finish, rememberUntil = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
  local message, event, keepSeconds, told, names = ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14]
  if redis.call('HGET', KEYS[1], 'number') ~= expected then return 0 end
  redis.call('HSET', KEYS[1], 'number', number, 'status', status, 'live', live)
  if event ~= '' then
    redis.call('RPUSH', KEYS[1] .. ':events', event)
    redis.call('LTRIM', KEYS[1] .. ':events', -${MAX_EVENTS}, -1)
  end
  if status == 'queued' then
    if not redis.call('ZSCORE', KEYS[3], runId) then redis.call('ZADD', KEYS[3], 0, runId) end
  else
    local turn = math.floor(tonumber(redis.call('ZSCORE', KEYS[3], runId) or 0))
    if turn > tonumber(redis.call('GET', KEYS[3] .. ':turn') or 0) then
      redis.call('SET', KEYS[3] .. ':turn', turn)
    end
    redis.call('ZREM', KEYS[3], runId)
  end
  if isEnded == '1' then
    redis.call('HSET', KEYS[1], 'end', finish, 'rememberUntil', rememberUntil)
    for name in string.gmatch(names, '%S+') do redis.call('SET', name, runId, 'EX', keepSeconds) end
    endRun(runId, '${redisKeys.ticket('')}', now, keepSeconds, told)
  end
  redis.call('PUBLISH', '${channelNames.run('')}' .. runId, message)
  return 1
`);

export const toRunKeys = (runId: string): string[] => [
  ...[redisKeys.run(runId), redisKeys.open, redisKeys.waiting, redisKeys.callbacks],
];

/** Runs on Redis: a hash each. */
export function createRedisRuns({ redis, clock, keepMs }: RedisRunsOptions): SharedRuns {
  async function read(runId: string): Promise<Run | undefined> {
    const fields = await redis.hgetall(redisKeys.run(runId));
    const { base, live = '{}', end = '{}', status, number, received, rememberUntil = 0 } = fields;
    if (base === undefined || status === undefined) return undefined;
    const numbers = { number: Number(number), rememberUntil: Number(rememberUntil) };
    return fromRunRecord({ base, live, finish: end, status, received: received === '1', ...numbers });
  }

  async function save({ run, live, finish, message, told, event = '', ...rest }: RunSave): Promise<boolean> {
    const keepSeconds = Math.ceil((rest.keepUntil - rest.now) / 1000);
    const args = [
      ...[rest.expectedNumber, run.number, run.id, rest.now, run.status, rest.hasEnded ? '1' : '', live, finish],
      ...[run.rememberUntil ?? 0, message, event, keepSeconds, told, rest.names.map(redisKeys.name).join(' ')],
    ];
    return (await saveRun(redis, toRunKeys(run.id), args)) === 1;
  }

  return {
    read,
    report: createReport({ read, save, clock, keepMs }),
    turn: async (runId) => Math.floor(Number(await redis.zscore(redisKeys.waiting, runId))),
    position: async (runId) => {
      const rank = await redis.zrank(redisKeys.waiting, runId);
      return rank === null ? undefined : rank + 1;
    },
    countWaiting: () => redis.zcard(redisKeys.waiting),
    unfinishedBefore: async (time) => {
      const runIds = await redis.zrangebyscore(redisKeys.open, 0, time, 'LIMIT', 0, MAX_UNFINISHED);
      const runs: Run[] = [];
      for (const runId of runIds) {
        const run = await read(runId);
        if (run === undefined) await redis.zrem(redisKeys.open, runId);
        else runs.push(run);
      }
      return runs;
    },
    countLoss: (runId) => redis.hincrby(redisKeys.run(runId), 'losses', 1),
  };
}
