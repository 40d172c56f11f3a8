import type { Redis } from 'ioredis';
import type { ProgressEvent } from '../contract/generation.ts';
import type { Clock } from '../wait.ts';
import { createScript, redisChannels, redisKeys } from './redis.ts';
import { applyChange, isEnded, type Run, type RunChange, type RunEvent, toPictureIdName } from './run.ts';

/** Runs as gateways and workers share them on Redis: a hash each, changed by comparing its number and setting. */

export interface SharedRuns {
  read(runId: string): Promise<Run | undefined>;
  /** Undefined when the run is unknown or has ended: the first end counts. */
  report(runId: string, change: RunChange, preview?: ProgressEvent['preview']): Promise<Run | undefined>;
}

interface SharedRunsOptions {
  readonly redis: Redis;
  readonly clock: Pick<Clock, 'now'>;
  /** An ended run can be asked for so long. */
  readonly keepMs: number;
}

const MAX_EVENTS = 200;
/** Each lost comparison means that somebody else got one report through. */
const MAX_TRIES = 50;

/** Never changes. */
type RunBase = Pick<
  Run,
  'id' | 'ticketId' | 'clientId' | 'request' | 'needsCredentials' | 'rememberMs' | 'trace' | 'createdAt'
>;

export const toRunFields = (run: Run): Record<string, string> => {
  const { id, ticketId, clientId, request, needsCredentials, rememberMs, trace, createdAt } = run;
  const base: RunBase = { id, ticketId, clientId, request, needsCredentials, rememberMs, trace, createdAt };
  return { base: JSON.stringify(base), status: run.status, number: String(run.number), live: '{}' };
};

/** Of fields as `toRunFields` and the scripts write them. */
export function fromRunFields(fields: Readonly<Record<string, string>>): Run | undefined {
  const { base, live = '{}', end = '{}', status, number, received } = fields;
  if (base === undefined || status === undefined) return undefined;
  const parts = { ...JSON.parse(base), ...JSON.parse(live), ...JSON.parse(end) };
  const rememberUntil = Number(fields.rememberUntil ?? 0);
  return { ...parts, status, number: Number(number), received: received === '1', rememberUntil } as Run;
}

/** What changes while a run is in work. */
const toLive = ({ stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt }: Run) => ({
  stage,
  stageAt,
  fraction,
  engine,
  engineStatus,
  queuePosition,
  startedAt,
});

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
    redis.call('PUBLISH', '${redisChannels.ended}', told)
  end
`;

const report = createScript(`
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
    local turn = redis.call('ZSCORE', KEYS[3], runId)
    if turn and tonumber(turn) > tonumber(redis.call('GET', KEYS[3] .. ':turn') or 0) then
      redis.call('SET', KEYS[3] .. ':turn', turn)
    end
    redis.call('ZREM', KEYS[3], runId)
  end
  if isEnded == '1' then
    redis.call('HSET', KEYS[1], 'end', finish, 'rememberUntil', rememberUntil)
    for name in string.gmatch(names, '%S+') do redis.call('SET', name, runId, 'EX', keepSeconds) end
    endRun(runId, '${redisKeys.ticket('')}', now, keepSeconds, told)
  end
  redis.call('PUBLISH', '${redisChannels.run('')}' .. runId, message)
  return 1
`);

export function createSharedRuns({ redis, clock, keepMs }: SharedRunsOptions): SharedRuns {
  const keepSeconds = (run: Run): number => Math.ceil(Math.max(keepMs, (run.rememberUntil ?? 0) - clock.now()) / 1000);

  async function save(before: Run, run: Run, preview: ProgressEvent['preview']): Promise<boolean> {
    const { result, error, finishedAt } = run;
    const hasEnded = isEnded(run.status);
    const message: RunEvent = preview === undefined ? { run } : { run, preview };
    const { number, status } = run;
    const event = preview === undefined ? JSON.stringify({ number, status, ...toLive(run) }) : '';
    const told = result === undefined ? '' : JSON.stringify({ engine: result.engine, timings: result.timings });
    const names = result?.pictures.map(({ id }) => redisKeys.name(toPictureIdName(id))) ?? [];
    const args = [
      ...[String(before.number), String(run.number), run.id, clock.now(), run.status, hasEnded ? '1' : ''],
      ...[JSON.stringify(toLive(run)), JSON.stringify({ result, error, finishedAt }), run.rememberUntil ?? 0],
      ...[JSON.stringify(message), event, keepSeconds(run), told, names.join(' ')],
    ];
    const keys = [redisKeys.run(run.id), redisKeys.open, redisKeys.waiting, redisKeys.callbacks];
    return (await report(redis, keys, args)) === 1;
  }

  async function read(runId: string): Promise<Run | undefined> {
    return fromRunFields(await redis.hgetall(redisKeys.run(runId)));
  }

  return {
    read,
    report: async (runId, change, preview) => {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const run = await read(runId);
        if (run === undefined || isEnded(run.status)) return undefined;
        const changed = applyChange(run, change, clock.now());
        if (await save(run, changed, preview)) return changed;
      }
      throw new Error('a run changed too often to be reported on');
    },
  };
}
