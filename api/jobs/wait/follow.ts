import { isEnded, type RunEvent, toHistory } from '../../../shared/queue/run.ts';
import { lookUp } from '../accept/lookup.ts';
import type { JobContext } from '../context.ts';
import type { JobEvent } from '../job.ts';
import type { JobRecord } from '../journal/journal.ts';
import type { Callers } from './callers.ts';
import { toJob } from './job-view.ts';

/** A new place in the queue and a released ticket send no event, so both are read this often. */
const LOOK_INTERVAL_MS = 1000;
/** Number of the last event of a released ticket. The run may go on for others, with its own events. */
const GIVEN_UP = Number.MAX_SAFE_INTEGER;

interface FollowOptions {
  readonly after: number;
  readonly signal: AbortSignal;
}

/** Yields every event of a job after number `after`, until it has ended or the signal aborts. */
export async function* follow(
  id: string,
  { after, signal }: FollowOptions,
  context: JobContext,
  callers: Callers,
): AsyncGenerator<JobEvent> {
  const record = await lookUp(id, context);
  const leave = callers.enter(record);
  let isServed = false;
  try {
    for await (const event of readEvents(record, { after, signal }, context)) {
      isServed = event.job.finishedAt !== undefined || event.job.status === 'cancelled';
      yield event;
    }
  } finally {
    await leave(isServed ? 'answered' : 'gone');
  }
}

async function* readEvents(
  record: JobRecord,
  { after, signal }: FollowOptions,
  context: JobContext,
): AsyncGenerator<JobEvent> {
  const { ticket } = record;
  if (isHeardAlready(record, after)) return;
  const inbox = createInbox();
  const unsubscribe = await context.journal.subscribe(record.run, inbox.put);
  let last = after;
  let previewIndex = 0;
  try {
    for (const event of toHistory((await context.journal.run(record.run.id)) ?? record.run)) inbox.put(event);
    while (!signal.aborted) {
      for (const { run, preview } of inbox.takeAll()) {
        if (run.number <= last) continue;
        last = run.number;
        await context.pictures.collect(run);
        const job = await toJob({ ticket, run: run.number === record.run.number ? record.run : run }, context);
        yield preview === undefined
          ? { number: last, job }
          : { number: last, job, preview, previewIndex: previewIndex++ };
        if (isEnded(run.status)) return;
      }
      const now = await look(record, signal, inbox.arrived(), context);
      // The record is lost, for instance with Redis's data. The job is queued again when its caller comes back.
      if (now === 'lost') return;
      if (now?.ticket.released || (now !== undefined && isEnded(now.run.status) && inbox.isEmpty())) {
        const number = now.ticket.released ? GIVEN_UP : Math.max(last + 1, now.run.number);
        yield { number, job: await toJob(now, context) };
        return;
      }
    }
  } finally {
    unsubscribe();
  }
}

/** A listener that already has the last event gets nothing more, so that it does not connect again. */
const isHeardAlready = ({ ticket, run }: JobRecord, after: number): boolean =>
  (ticket.released && after >= GIVEN_UP) || (isEnded(run.status) && after >= run.number);

/** Waits for the next event, and then resolves with undefined. After the interval it resolves with the ticket's state. */
async function look(
  { ticket, run }: JobRecord,
  signal: AbortSignal,
  arrived: AbortSignal,
  { journal, dispatch, clock }: JobContext,
): Promise<JobRecord | 'lost' | undefined> {
  const stop = AbortSignal.any([signal, arrived]);
  try {
    await clock.wait(LOOK_INTERVAL_MS, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
    return undefined;
  }
  const record = await journal.find(ticket.key);
  if (record === undefined) return 'lost';
  if (record.run.status !== 'queued') return record;
  const queuePosition = await dispatch.position(run.id);
  if (queuePosition !== record.run.queuePosition) await journal.report(run.id, { queuePosition });
  return record;
}

interface Inbox {
  put(event: RunEvent): void;
  takeAll(): readonly RunEvent[];
  isEmpty(): boolean;
  /** Aborts with the next event, or at once when one is waiting. */
  arrived(): AbortSignal;
}

function createInbox(): Inbox {
  let events: RunEvent[] = [];
  let arrival = new AbortController();
  return {
    put: (event) => {
      events.push(event);
      arrival.abort();
    },
    takeAll: () => {
      const taken = events.toSorted((one, other) => one.run.number - other.run.number);
      events = [];
      arrival = new AbortController();
      return taken;
    },
    isEmpty: () => events.length === 0,
    arrived: () => arrival.signal,
  };
}
