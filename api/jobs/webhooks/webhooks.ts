import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Seals } from '../accept/seals.ts';
import type { Job } from '../job.ts';
import type { Callback, Journal } from '../journal/journal.ts';
import { toEndedJob } from '../wait/job-view.ts';
import type { WebhookCalls } from './webhook-call.ts';

/** Calls back whoever wanted to be told of a job's end. What is still to be told stands in the journal. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Pauses before another attempt; after the last one the receiver is given up. */
const PAUSES_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
];
/** Longer than a call takes: a gateway that dies in between leaves the callback to the next one. */
const LEASE_MS = MINUTE_MS;
const MAX_AT_ONCE = 4;
const GONE = 410;

export interface Webhooks {
  /** Looks what there is to tell. */
  poke(): void;
  stop(): Promise<void>;
}

interface WebhooksOptions {
  readonly journal: Pick<Journal, 'takeCallback' | 'putOffCallback'>;
  readonly calls: WebhookCalls;
  readonly seals: Seals;
  readonly encodeJob: (job: Job) => unknown;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createWebhooks({ journal, calls, seals, encodeJob, clock, log }: WebhooksOptions): Webhooks {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let poked = new AbortController();

  async function tell({ ticket, run, attempts }: Callback): Promise<void> {
    const { callbackUrl } = ticket;
    if (callbackUrl === undefined) return;
    const job = toEndedJob(ticket, run, seals);
    const timestamp = new Date(run.finishedAt ?? clock.now()).toISOString();
    const body = JSON.stringify({ type: `job.${job.status}`, timestamp, data: encodeJob(job) });
    const call = { id: `msg_${ticket.key}`, url: callbackUrl, body };
    const status = await calls.send(call, clock.now(), stopping.signal).catch((error: unknown) => String(error));
    if (stopping.signal.aborted) return;
    const isTold = typeof status === 'number' && (status < 300 || status === GONE);
    const pauseMs = isTold ? undefined : PAUSES_MS[attempts];
    if (!isTold) log.warn({ host: new URL(callbackUrl).host, answer: status, pauseMs }, 'a webhook was not taken');
    await journal.putOffCallback(ticket.key, pauseMs === undefined ? undefined : clock.now() + pauseMs);
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      poked = new AbortController();
      const { due, nextAt } = underWay.size < MAX_AT_ONCE ? await journal.takeCallback(LEASE_MS) : {};
      if (due === undefined) await rest(nextAt);
      else begin(due);
    }
  }

  function begin(callback: Callback): void {
    const telling: Promise<void> = tell(callback)
      .catch((error: unknown) => log.error({ err: error }, 'a webhook could not be sent'))
      .finally(() => {
        underWay.delete(telling);
        poked.abort();
      });
    underWay.add(telling);
  }

  async function rest(until: number | undefined): Promise<void> {
    const stop = AbortSignal.any([stopping.signal, poked.signal]);
    const forMs = until === undefined ? HOUR_MS : Math.min(Math.max(until - clock.now(), 0), HOUR_MS);
    await clock.wait(forMs, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }

  const working = work().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'webhooks stopped');
  });

  return {
    poke: () => poked.abort(),
    stop: async () => {
      stopping.abort();
      await Promise.all([working, ...underWay]);
    },
  };
}
