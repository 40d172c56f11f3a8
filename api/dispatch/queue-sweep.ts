import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError, toErrorRecord } from '../../shared/errors.ts';
import { redisKeys } from '../../shared/queue/redis.ts';
import type { SharedRuns } from '../../shared/queue/redis-runs.ts';
import type { Run } from '../../shared/queue/run.ts';
import type { Clock } from '../../shared/wait.ts';

/** A gateway that dies between accepting a run and queueing it is at work for less time than this. */
const SETTLE_MS = 10_000;
const MAX_RUNS = 1000;
const LONGEST_WAIT_MS = 86_400_000;
/** A run that was lost so often takes its workers down with it. */
const MAX_LOSSES = 3;

interface SweepOptions {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly runs: SharedRuns;
  readonly clock: Clock;
  readonly enqueue: (run: { readonly id: string }) => Promise<void>;
}

/**
 * Unfinished runs that are on no queue: their gateway died in between, or their workers died too often. And runs that
 * waited for a day, be it for a worker or for their caller's token.
 */
export async function sweepLostRuns({ redis, queue, runs, clock, enqueue }: SweepOptions): Promise<void> {
  const now = clock.now();
  const old = await redis.zrangebyscore(redisKeys.open, 0, now - SETTLE_MS, 'LIMIT', 0, MAX_RUNS);
  for (const runId of old) {
    const run = await runs.read(runId);
    if (run === undefined) await redis.zrem(redisKeys.open, runId);
    else if (now - run.createdAt > LONGEST_WAIT_MS) await fail(runId, 'it waited for a day');
    else if (await isLost(run)) await requeue(runId);
  }

  async function isLost({ id, needsCredentials }: Run): Promise<boolean> {
    if ((await queue.getJob(id)) !== undefined) return false;
    const isWaitingForToken = needsCredentials && (await redis.exists(redisKeys.credentials(id))) === 0;
    return !isWaitingForToken;
  }

  async function requeue(runId: string): Promise<void> {
    const losses = await redis.hincrby(redisKeys.run(runId), 'losses', 1);
    if (losses > MAX_LOSSES) return fail(runId, 'its workers died with it too often');
    await runs.report(runId, { status: 'queued' });
    await enqueue({ id: runId });
  }

  async function fail(runId: string, reason: string): Promise<void> {
    const error = toErrorRecord(new AppError('worker_unavailable', reason));
    await runs.report(runId, { status: 'failed', error });
  }
}
