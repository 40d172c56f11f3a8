import { type Command, type Commit, commitUntilDone } from '../../../../shared/queue/redis/commit.ts';
import { redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { type RedisRecordsOptions, toChangeCommit, unchanged } from '../../../../shared/queue/redis/runs.ts';
import { applyChange, type Run } from '../../../../shared/queue/run.ts';
import type { Journal } from '../journal.ts';
import { decideLeave, decideRelease } from '../rules/leave.ts';
import { NOBODY_WAITS } from '../rules/life.ts';
import { readRecord, type StoredRecord, toCallBackWrites } from './records.ts';

/** Leaving and releasing on Redis, as `rules/leave.ts` decides. */

export function createRedisLeave({ redis, clock, keepMs }: RedisRecordsOptions): Pick<Journal, 'leave' | 'release'> {
  const leave = (ticketKey: string, comesBack: boolean): Promise<void> =>
    commitUntilDone(redis, async () => {
      const record = await readRecord(redis, ticketKey);
      if (record === undefined) return { answer: undefined };
      const { ticket, run } = decideLeave(record, comesBack);
      const writes: Command[] = [];
      if (ticket !== record.ticket) writes.push(['HSET', redisKeys.ticket(ticketKey), 'isPatient', '1']);
      if (run !== record.run) writes.push(['HSET', redisKeys.run(run.id), 'attendedBy', run.attendedBy]);
      if (writes.length === 0) return { answer: undefined };
      return { answer: undefined, commit: { expected: [unchanged(record, ['attendedBy'])], writes } };
    });

  const release = (ticketKey: string): Promise<Run | undefined> =>
    commitUntilDone(redis, async () => {
      const record = await readRecord(redis, ticketKey);
      const decision = record && decideRelease(record, record.holders);
      if (record === undefined || decision === 'nothing') return { answer: undefined };
      const cancelled =
        decision === 'runCancelled'
          ? applyChange(record.run, { status: 'cancelled', error: NOBODY_WAITS }, clock.now())
          : undefined;
      return { answer: cancelled, commit: toReleaseCommit(record, cancelled, { now: clock.now(), keepMs }) };
    });

  return { leave: (ticketKey, { comesBack }) => leave(ticketKey, comesBack), release };
}

function toReleaseCommit(
  record: StoredRecord,
  cancelled: Run | undefined,
  options: { readonly now: number; readonly keepMs: number },
): Commit {
  const { ticket, run, callbacks } = record;
  const [key, ticketKey] = [redisKeys.run(run.id), redisKeys.ticket(ticket.key)];
  const others = callbacks.filter((one) => one !== ticket.key);
  const isCalledBack = others.length < callbacks.length;
  const change = cancelled && toChangeCommit({ ...record, callbacks: others }, cancelled, options);
  return {
    expected: [
      { command: ['HGET', ticketKey, 'isReleased'], answer: '' },
      unchanged(record, ['number', 'holders', 'callbacks']),
    ],
    writes: [
      ['HSET', ticketKey, 'isReleased', '1'],
      ['HINCRBY', key, 'holders', -1],
      ['HSET', key, 'callbacks', others.join(' ')],
      ...(isCalledBack ? toCallBackWrites(ticket.key, options.now) : []),
      ...(change?.writes ?? []),
    ],
  };
}
