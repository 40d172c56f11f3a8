import type { Job } from 'bullmq';
import type { Logger } from '../../service/log.ts';
import { pause, systemClock } from '../../wait.ts';

/**
 * What BullMQ does by the wall clock, by one that does not jump. Set back by an hour, BullMQ renews no lock for that hour,
 * so that other workers take jobs that are being worked on, and a delayed job waits an hour longer.
 */
export interface JobCare {
  /** Renews the job's lock until the returned function is called. */
  keepLock(job: Job<unknown>, token: string): () => void;
  /** Call it when the job was delayed by so many milliseconds: if it is still delayed after that, it is promoted. */
  promoteLate(job: Job<unknown>, delayMs: number): void;
  close(): void;
}

interface JobCareOptions {
  /** How long a lock lasts. */
  readonly lockMs: number;
  readonly log: Logger;
}

/** In the time for which a lock lasts: some of them may come late. */
const RENEWALS = 4;
/** BullMQ comes first, as a rule. */
const LATE_MS = 1000;

export function createJobCare({ lockMs, log }: JobCareOptions): JobCare {
  const closing = new AbortController();
  /** The end of the last promise to promote each job. */
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
          // Another worker may have taken it in that moment.
          log.info({ queueJob: id, reason: String(error) }, 'a delayed job of the queue was not promoted');
        })
        .finally(() => {
          if (promises.get(id) === replaced) promises.delete(id);
        });
    },
    close: () => closing.abort(),
  };
}
