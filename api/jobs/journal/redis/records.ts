import type { Redis } from 'ioredis';
import { channelNames } from '../../../../shared/queue/channels.ts';
import { type Command, readAll } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { fromFields, type StoredRun } from '../../../../shared/queue/redis/runs.ts';
import { type Callback, parseTicket, type Ticket } from '../journal.ts';

/** A ticket with its run as Redis stores it. */
export type StoredRecord = Callback & StoredRun;

/** The runs of a name: their ids as stored, and the runs that can still be read. */
export interface NamedRuns {
  readonly text: string;
  readonly runs: readonly StoredRun[];
}

export const readRecord = async (redis: Redis, ticketKey: string): Promise<StoredRecord | undefined> =>
  (await readRecords(redis, [ticketKey]))[0];

/** Undefined for a ticket that is unknown or whose run is unknown. */
export async function readRecords(redis: Redis, ticketKeys: readonly string[]) {
  const answers = await readAll(
    redis,
    ticketKeys.map((key) => ['TICKET', redisKeys.ticket(key)]),
  );
  return answers.map((answer): StoredRecord | undefined => {
    const [fields, [run]] = answer as [string[], string[][]];
    const hash = toHash(fields);
    const ticket = toTicket(hash);
    const stored = run && fromFields(toHash(run));
    return ticket && stored && { ticket, ...stored, attempts: Number(hash.callbacks ?? 0) };
  });
}

/** `answer`: that of the command `RUNS`. */
export function toNamedRuns(answer: unknown): NamedRuns {
  const [text, runs] = answer as [string, string[][]];
  return { text, runs: runs.flatMap((fields) => fromFields(toHash(fields)) ?? []) };
}

/** Writes that make a ticket's callback due, and notify the gateways. */
export const toCallBackWrites = (ticketKey: string, now: number): Command[] => [
  ['ZADD', redisKeys.callbacks, now, ticketKey],
  ['PUBLISH', channelNames.ended, ''],
];

function toTicket({ data, runId, origin, isPatient, isReleased }: Record<string, string>): Ticket | undefined {
  const ticket = data === undefined ? undefined : parseTicket({ ...JSON.parse(data), runId, origin });
  return ticket && { ...ticket, comesBack: isPatient === '1', released: isReleased === '1' };
}

/** In a script's answer, names and values of a hash alternate. */
function toHash(fields: readonly string[]): Record<string, string> {
  const hash: Record<string, string> = {};
  for (let index = 0; index < fields.length; index += 2) hash[String(fields[index])] = String(fields[index + 1]);
  return hash;
}
