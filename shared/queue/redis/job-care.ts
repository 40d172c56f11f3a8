import type { Job } from 'bullmq';
import type { Logger } from '../../service/log.ts';
import { pause, systemClock } from '../../wait.ts';

/**
 * Does with a clock that does not jump what BullMQ does with the wall clock. When the wall clock is set back by an hour,
 * BullMQ renews no lock for that hour, so that other workers take running jobs, and a delayed job waits an hour longer.
 */
export interface JobCare {
  /** Renews the job's lock until the returned function is called. */
  keepLock(job: Job<unknown>, token: string): () => void;
  /** Call it when the job was delayed by `delayMs`. If it is still delayed after that time, it is promoted. */
  promoteLate(job: Job<unknown>, delayMs: number): void;
  close(): void;
}

interface JobCareOptions {
  /** How long a lock lasts. */
  readonly lockMs: number;
  readonly log: Logger;
}

/** Number of renewals during a lock's time, since some may come late. */
const RENEWALS = 4;
/** Gives BullMQ the time to promote the job itself. */
const LATE_MS = 1000;

export function createJobCare({ lockMs, log }: JobCareOptions): JobCare {
  const closing = new AbortController();
  /** Aborts the pending promotion of a job, by job. */
  const promises = new Map<string, AbortController>();

  async function renew(job: Job<unknown>, token: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(systemClock, lockMs / RENEWALS, signal);
      if (signal.aborted) return;
      await job.extendLock(token, lockMs).catch((error: unknown) => {
        log.warn({ queueJob: job.id, reason: String(error) }, 'the lock of a job of the queue could not be renewed');
      });
    }
  }

  async function promote(job: Job<unknown>, delayMs: number, signal: AbortSignal): Promise<void> {
    await pause(systemClock, delayMs + LATE_MS, signal);
    if (!signal.aborted && (await job.isDelayed())) await job.promote();
  }

  function forgetPromise({ id = '' }: Job<unknown>): void {
    promises.get(id)?.abort();
    promises.delete(id);
  }

  return {
    keepLock: (job, token) => {
      forgetPromise(job);
      const ended = new AbortController();
      void renew(job, token, ended.signal);
      return () => ended.abort();
    },
    promoteLate: (job, delayMs) => {
      const { id = '' } = job;
      const replaced = new AbortController();
      promises.set(id, replaced);
      promote(job, delayMs, AbortSignal.any([replaced.signal, closing.signal]))
        .catch((error: unknown) => {
          // Another worker may have taken the job at the same moment.
          log.info({ queueJob: id, reason: String(error) }, 'a delayed job of the queue was not promoted');
        })
        .finally(() => {
          if (promises.get(id) === replaced) promises.delete(id);
        });
    },
    close: () => closing.abort(),
  };
}
