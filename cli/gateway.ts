import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { type CallOptions, call } from './calls.ts';
import { EXIT, Failure } from './failure.ts';
import { hasEnded, type Job, type JobAddress, jobSchema, toJobAddress } from './job.ts';

/** The gateway's jobs, over HTTP alone. Every failure is a `Failure`, or the signal's reason. */
export interface Gateway {
  /** The same id for every try: a call whose answer was lost makes no second picture. */
  submit(body: object, options: { readonly isFresh: boolean }): Promise<Job>;
  find(address: JobAddress): Promise<Job>;
  /** The job once it has ended, whatever connection broke meanwhile. */
  follow(job: Job, onChange: (job: Job) => void): Promise<Job>;
  cancel(address: JobAddress): Promise<Job>;
  /** `GET /status`, as it stands. */
  status(): Promise<unknown>;
}

/** The gateway sends a heartbeat every 15 s. A stream that is quiet for longer is broken, or held back by a proxy. */
const QUIET_MS = 40_000;
/** Between a stream that broke and the next one. */
const PAUSE_MS = 500;

export function createGateway(options: CallOptions): Gateway {
  const toPath = ({ id, sealed }: JobAddress, rest = ''): string =>
    `/jobs/${encodeURIComponent(id)}${rest}${sealed === undefined ? '' : `?sealed=${encodeURIComponent(sealed)}`}`;

  const find = async (address: JobAddress): Promise<Job> =>
    toJob(await call({ method: 'GET', path: toPath(address), isKnown: true }, options));

  async function follow(job: Job, onChange: (job: Job) => void): Promise<Job> {
    const address = addressOf(job);
    let lastEvent = '0';
    for (let current = job; ; await sleep(PAUSE_MS, undefined, { signal: options.signal })) {
      if (hasEnded(current)) return current;
      try {
        for await (const event of events(address, lastEvent)) {
          lastEvent = event.id;
          current = event.job;
          onChange(current);
        }
        if (!hasEnded(current)) current = await find(address);
      } catch (error) {
        // The connection broke: the job itself goes on.
        if (error instanceof Failure || options.signal.aborted) throw error;
      }
      if (Date.now() > options.deadline && !hasEnded(current)) throw toOutOfPatience(current);
    }
  }

  async function* events(address: JobAddress, after: string): AsyncGenerator<{ id: string; job: Job }> {
    const quiet = new AbortController();
    const timer = setTimeout(() => quiet.abort(new Error('the stream is quiet')), QUIET_MS);
    try {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': after };
      const path = toPath(address, '/events');
      const response = await call({ method: 'GET', path, headers, isKnown: true, signal: quiet.signal }, options);
      const text = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream());
      const stream = text.pipeThrough(new EventSourceParserStream({ onComment: () => timer.refresh() }));
      for await (const { id = after, event, data } of stream) {
        timer.refresh();
        if (event !== 'preview') yield { id, job: jobSchema.parse(JSON.parse(data)) };
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    submit: async (body, { isFresh }) => {
      const headers = { 'Idempotency-Key': randomUUID(), ...(isFresh && { 'Cache-Control': 'no-cache' }) };
      return toJob(await call({ method: 'POST', path: '/jobs', headers, body }, options));
    },
    find,
    follow,
    cancel: async (address) => toJob(await call({ method: 'DELETE', path: toPath(address), isKnown: true }, options)),
    status: async () => readJson(await call({ method: 'GET', path: '/status' }, options)),
  };
}

/** What the gateway said of where to ask, at the address by which it is known here: the key goes nowhere else. */
export const addressOf = ({ job_id, status_url }: Job): JobAddress => ({
  id: job_id,
  sealed: toJobAddress(status_url ?? '').sealed,
});

export const toOutOfPatience = ({ job_id }: Job): Failure =>
  new Failure(EXIT.busy, `The picture is still being made. Wait for it by: easel get ${job_id}`);

async function toJob(response: Response): Promise<Job> {
  const parsed = jobSchema.safeParse(await readJson(response));
  if (parsed.success) return parsed.data;
  throw noEasel(response);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw noEasel(response);
    throw error;
  }
}

const noEasel = ({ url }: Response): Failure =>
  new Failure(EXIT.unreachable, `What answers at ${new URL(url).origin} is no Easel.`);
