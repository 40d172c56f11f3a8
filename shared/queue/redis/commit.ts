import type { Redis } from 'ioredis';
import { createScript } from './connection.ts';

/**
 * The only script on Redis. It contains no rules: the caller has read facts and decided what to write, and the script
 * writes it if those facts still hold.
 */

export type Command = readonly (string | number)[];

/** The command must answer this text (the empty text for a missing value), or a number up to `atMost`. */
export type Fact =
  | { readonly command: Command; readonly answer: string }
  | { readonly command: Command; readonly atMost: number };

export interface Commit {
  readonly expected: readonly Fact[];
  /** Redis commands, and `TAKE hash field amount`, which subtracts and removes the field at 0 or below. */
  readonly writes: readonly Command[];
}

const script = createScript(`
  local commit = cjson.decode(ARGV[1])
  for _, fact in ipairs(commit.expected) do
    local answer = redis.call(unpack(fact.command)) or ''
    if fact.atMost then
      if (tonumber(answer) or 0) > fact.atMost then return 0 end
    elseif tostring(answer) ~= fact.answer then return 0 end
  end
  for _, write in ipairs(commit.writes) do
    if write[1] ~= 'TAKE' then redis.call(unpack(write))
    elseif redis.call('HINCRBY', write[2], write[3], -write[4]) <= 0 then redis.call('HDEL', write[2], write[3]) end
  end
  return 1
`);

/** Returns false and writes nothing if a fact no longer holds. */
export async function commit(redis: Redis, { expected, writes }: Commit): Promise<boolean> {
  return (await script(redis, [], [JSON.stringify({ expected, writes })])) === 1;
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

/** The answers of several commands in one round trip. */
export async function readAll(redis: Redis, commands: readonly Command[]): Promise<readonly unknown[]> {
  const answers = await redis.pipeline(commands.map(([name, ...args]) => [String(name).toLowerCase(), ...args])).exec();
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
