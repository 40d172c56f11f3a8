import type { Redis } from 'ioredis';
import { createScript, redisKeys } from './connection.ts';

/**
 * The two scripts on Redis, each one round trip. They contain no rules: one reads facts, the caller decides what to
 * write, and the other one writes it if those facts still hold.
 */

export type Command = readonly (string | number)[];

/** The command must return these texts (the empty text for a missing value), or a number up to `atMost`. */
export type Fact =
  | { readonly command: Command; readonly answer: string | readonly string[] }
  | { readonly command: Command; readonly atMost: number };

export interface Commit {
  readonly expected: readonly Fact[];
  /**
   * Redis commands; `TAKE hash field amount`, which subtracts and removes the field at 0 or below; and
   * `PREPEND list value most`, which keeps the list at its `most` newest values.
   */
  readonly writes: readonly Command[];
}

const readScript = createScript(`
  local function readRuns(ids)
    local runs = {}
    for id in string.gmatch(ids, '%S+') do runs[#runs + 1] = redis.call('HGETALL', '${redisKeys.run('')}' .. id) end
    return runs
  end
  local read = {
    RUNS = function(name)
      local ids = redis.call('GET', name) or ''
      return {ids, readRuns(ids)}
    end,
    TICKET = function(key)
      return {redis.call('HGETALL', key), readRuns(redis.call('HGET', key, 'runId') or '')}
    end,
  }
  local answers = {}
  for index, command in ipairs(cjson.decode(ARGV[1])) do
    local special = read[command[1]]
    answers[index] = special and special(command[2]) or redis.call(unpack(command))
  end
  return answers
`);

const commitScript = createScript(`
  local commit = cjson.decode(ARGV[1])
  local writes = {
    TAKE = function(hash, field, amount)
      if redis.call('HINCRBY', hash, field, -amount) <= 0 then redis.call('HDEL', hash, field) end
    end,
    PREPEND = function(list, value, most)
      if redis.call('LPUSH', list, value) > most then redis.call('LTRIM', list, 0, most - 1) end
    end,
  }
  local function holds(fact)
    local answer = redis.call(unpack(fact.command))
    if fact.atMost then return (tonumber(answer or 0)) <= fact.atMost end
    if type(answer) ~= 'table' then return tostring(answer or '') == fact.answer end
    for index, text in ipairs(fact.answer) do
      if tostring(answer[index] or '') ~= text then return false end
    end
    return true
  end
  for _, fact in ipairs(commit.expected) do
    if not holds(fact) then return 0 end
  end
  for _, write in ipairs(commit.writes) do
    local special = writes[write[1]]
    if special then special(write[2], write[3], write[4]) else redis.call(unpack(write)) end
  end
  return 1
`);

/**
 * The replies of several commands. `RUNS key` returns the ids that are stored there, and each one's run. `TICKET key`
 * returns the ticket and its run.
 */
export const readAll = async (redis: Redis, commands: readonly Command[]): Promise<readonly unknown[]> =>
  (await readScript(redis, [], [JSON.stringify(commands)])) as readonly unknown[];

/** Returns false and writes nothing if a fact no longer holds. */
export async function commit(redis: Redis, { expected, writes }: Commit): Promise<boolean> {
  return (await commitScript(redis, [], [JSON.stringify({ expected, writes })])) === 1;
}

/** A try fails only when another process has written, so some process always makes progress. */
const MAX_TRIES = 100;

/** Repeats `step`, which reads and decides, until its commit succeeds or it has nothing to commit. */
export async function commitUntilDone<T>(
  redis: Redis,
  step: () => Promise<{ readonly answer: T; readonly commit?: Commit | undefined }>,
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { answer, commit: decided } = await step();
    if (decided === undefined || (await commit(redis, decided))) return answer;
  }
  throw new Error('a record changed too often to be written');
}
