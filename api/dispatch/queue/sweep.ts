import { AppError, toErrorRecord } from '../../../shared/errors.ts';
import { type Blobs, blobKeys } from '../../../shared/queue/backend.ts';
import type { JobQueue } from '../../../shared/queue/redis/job-queue.ts';
import type { SharedRuns } from '../../../shared/queue/redis/runs.ts';
import type { Run } from '../../../shared/queue/run.ts';
import { FIRST_PLACE } from '../../../shared/queue/turns.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { QueuedRun } from '../dispatch.ts';

/** Accepting and queueing a run takes less time, so an older run that is not in the queue was lost. */
const SETTLE_MS = 10_000;
const LONGEST_WAIT_MS = 86_400_000;
/** A run that was lost this often probably crashes its workers. */
const MAX_LOSSES = 3;

interface SweepOptions {
  readonly queue: JobQueue;
  readonly runs: SharedRuns;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly enqueue: (run: QueuedRun, place: number) => Promise<void>;
}

/**
 * Handles open runs that are not in the queue, because their gateway died before it queued them, or their workers died too
 * often, and runs that have waited for a day for a worker or for their caller's token.
 */
export async function sweepLostRuns({ queue, runs, blobs, clock, enqueue }: SweepOptions): Promise<void> {
  const now = clock.now();
  for (const run of await runs.unfinishedBefore(now - SETTLE_MS)) {
    if (now - run.createdAt > LONGEST_WAIT_MS) await fail(run.id, 'it waited for a day');
    else if (await isLost(run)) await requeue(run);
  }
  await runs.resetCounts();

  async function isLost({ id, needsCredentials }: Run): Promise<boolean> {
    if (await queue.has(id)) return false;
    const isWaitingForToken = needsCredentials && (await blobs.get(blobKeys.credentials(id))) === undefined;
    return !isWaitingForToken;
  }

  async function requeue(run: Run): Promise<void> {
    const { id } = run;
    if ((await runs.countLoss(id)) > MAX_LOSSES) return fail(id, 'its workers died with it too often');
    await runs.report(id, { status: 'queued' });
    // A run that was begun before goes first in the queue.
    await enqueue(run, FIRST_PLACE);
  }

  async function fail(runId: string, reason: string): Promise<void> {
    const error = toErrorRecord(new AppError('worker_unavailable', reason));
    await runs.report(runId, { status: 'failed', error });
  }
}
