import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError, toErrorRecord } from '../../shared/errors.ts';
import { redisKeys } from '../../shared/queue-connection.ts';
import type { SharedRuns } from '../../shared/queue-runs.ts';
import type { Clock } from '../../shared/wait.ts';

/** A gateway that dies between accepting a run and queueing it is at work for less time than this. */
const SETTLE_MS = 10_000;
const MAX_RUNS = 1000;
/** A run that was lost so often takes its workers down with it. */
const MAX_LOSSES = 3;

interface SweepOptions {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly runs: SharedRuns;
  readonly clock: Clock;
  readonly enqueue: (run: { readonly id: string }) => Promise<void>;
}

/** Unfinished runs that are on no queue: their gateway died in between, or their workers died too often. */
export async function sweepLostRuns({ redis, queue, runs, clock, enqueue }: SweepOptions): Promise<void> {
  const old = await redis.zrangebyscore(redisKeys.open, 0, clock.now() - SETTLE_MS, 'LIMIT', 0, MAX_RUNS);
  for (const runId of old) {
    if ((await queue.getJob(runId)) !== undefined) continue;
    const run = await runs.read(runId);
    const isWaitingForToken = run?.needsCredentials && (await redis.exists(redisKeys.credentials(runId))) === 0;
    if (isWaitingForToken) continue;
    const losses = run === undefined ? 0 : await redis.hincrby(redisKeys.run(runId), 'losses', 1);
    if (run === undefined) await redis.zrem(redisKeys.open, runId);
    else if (losses <= MAX_LOSSES) await requeue(runId);
    else await runs.report(runId, { status: 'failed', error: toErrorRecord(TOO_OFTEN) });
  }

  async function requeue(runId: string): Promise<void> {
    await runs.report(runId, { status: 'queued' });
    await enqueue({ id: runId });
  }
}

const TOO_OFTEN = new AppError('worker_unavailable', 'its workers died with it too often');
