import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Seals } from '../accept/seals.ts';
import type { Job } from '../job.ts';
import type { Callback, Journal } from '../journal/journal.ts';
import { toEndedJob } from '../wait/job-view.ts';
import { createCallTurns, type Turn } from './call-turns.ts';
import { createSteadyTime } from './steady-time.ts';
import type { WebhookCalls } from './webhook-call.ts';

/** Calls the callback addresses of ended jobs. The journal keeps the callbacks that are still due. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Pauses between attempts. After the last one no further attempt is made. */
const PAUSES_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
];
/** The sum of all pauses. Attempts do not end earlier. */
const SPAN_MS = PAUSES_MS.reduce((sum, pauseMs) => sum + pauseMs, 0);
/** Longer than a turn and a call take. When a gateway dies in this time, another one makes the call afterwards. */
const LEASE_MS = 2 * MINUTE_MS;
const LONGEST_CALL_MS = 15 * SECOND_MS;
/** Postpones callbacks of a caller that already has too many here. */
const PUT_OFF_MS = 30 * SECOND_MS;
const GONE = 410;

interface CallbackTurn extends Turn {
  readonly callback: Callback;
}

export interface Webhooks {
  /** Checks for due callbacks. */
  poke(): void;
  stop(): Promise<void>;
}

interface WebhooksOptions {
  readonly journal: Pick<Journal, 'takeCallback' | 'putOffCallback'>;
  readonly calls: WebhookCalls;
  readonly seals: Seals;
  readonly encodeJob: (job: Job, baseUrl: string | undefined) => unknown;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A postponed call counts as an attempt, so the pauses may be used up early. Then the last one is repeated. */
const toPause = (attempts: number, sinceMs: number): number | undefined =>
  PAUSES_MS[attempts] ?? (sinceMs < SPAN_MS ? PAUSES_MS.at(-1) : undefined);

export function createWebhooks({ journal, calls, seals, encodeJob, clock, log }: WebhooksOptions): Webhooks {
  const stopping = new AbortController();
  const steadyNow = createSteadyTime(clock);
  const turns = createCallTurns<CallbackTurn>();
  const underway = new Set<Promise<void>>();
  let poked = new AbortController();

  async function call({ ticket, run, attempts }: Callback): Promise<void> {
    const { callbackUrl } = ticket;
    if (callbackUrl === undefined) return;
    const job = toEndedJob(ticket, run, seals);
    const timestamp = new Date(run.finishedAt ?? clock.now()).toISOString();
    const body = JSON.stringify({ type: `job.${job.status}`, timestamp, data: encodeJob(job, ticket.baseUrl) });
    const message = { id: `msg_${ticket.key}`, url: callbackUrl, body };
    const status = await calls.send(message, clock.now(), stopping.signal).catch((error: unknown) => String(error));
    if (stopping.signal.aborted) return;
    const isTaken = typeof status === 'number' && (status < 300 || status === GONE);
    const pauseMs = isTaken ? undefined : toPause(attempts, clock.now() - (run.finishedAt ?? clock.now()));
    if (!isTaken) log.warn({ host: new URL(callbackUrl).host, answer: status, pauseMs }, 'a webhook was not accepted');
    await journal.putOffCallback(ticket.key, pauseMs === undefined ? undefined : steadyNow() + pauseMs);
  }

  const nextTurn = (): CallbackTurn | undefined => turns.begin(clock.elapsed());

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      poked = new AbortController();
      for (let turn = nextTurn(); turn !== undefined; turn = nextTurn()) begin(turn);
      const { due, nextAt } = turns.hasRoom ? await journal.takeCallback(steadyNow(), LEASE_MS) : {};
      if (due === undefined) await rest(nextAt);
      else await enrol(due);
    }
  }

  async function enrol(callback: Callback): Promise<void> {
    const { key, clientId, callbackUrl } = callback.ticket;
    if (callbackUrl === undefined) return;
    const until = clock.elapsed() + LEASE_MS - LONGEST_CALL_MS;
    const turn = { clientId, host: new URL(callbackUrl).host, until, callback };
    if (!turns.add(turn)) await journal.putOffCallback(key, steadyNow() + PUT_OFF_MS);
  }

  function begin(turn: CallbackTurn): void {
    const calling: Promise<void> = call(turn.callback)
      .catch((error: unknown) => log.error({ err: error }, 'a webhook could not be sent'))
      .finally(() => {
        underway.delete(calling);
        turns.end(turn);
        poked.abort();
      });
    underway.add(calling);
  }

  async function rest(until: number | undefined): Promise<void> {
    const stop = AbortSignal.any([stopping.signal, poked.signal]);
    const forMs = until === undefined ? HOUR_MS : Math.min(Math.max(until - steadyNow(), 0), HOUR_MS);
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
      await Promise.all([working, ...underway]);
    },
  };
}
