import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { type CallOptions, call } from './calls.ts';
import { EXIT, Failure } from './failure.ts';
import { hasEnded, type Job, type JobAddress, jobSchema, toJobAddress } from './job.ts';

/** The gateway's jobs, over HTTP. Methods throw a `Failure`, or the signal's reason. */
export interface Gateway {
  /** Every try carries the same idempotency key, so that a lost answer makes no second picture. */
  submit(body: object, options: { readonly isFresh: boolean }): Promise<Job>;
  find(address: JobAddress): Promise<Job>;
  /** Resolves with the job once it has ended. Opens the stream of events again when a connection breaks. */
  follow(job: Job, onChange: (job: Job) => void): Promise<Job>;
  cancel(address: JobAddress): Promise<Job>;
  /** The JSON of `GET /status`, unchecked. */
  status(): Promise<unknown>;
}

/** The gateway sends a heartbeat every 15 s. A stream that is quiet for 40 s is broken, or a proxy holds it back. */
const QUIET_MS = 40_000;
/** Wait before a broken stream is opened again. */
const PAUSE_MS = 500;

export function createGateway(options: CallOptions): Gateway {
  const toPath = ({ id, sealed }: JobAddress, rest = ''): string =>
    `/jobs/${encodeURIComponent(id)}${rest}${sealed === undefined ? '' : `?sealed=${encodeURIComponent(sealed)}`}`;

  const find = async (address: JobAddress): Promise<Job> =>
    toJob(await call({ method: 'GET', path: toPath(address), hasAnswered: true }, options));

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
        // A broken connection does not fail the job, so the loop asks again.
        if (error instanceof Failure || options.signal.aborted) throw error;
      }
      if (performance.now() > options.deadline && !hasEnded(current)) throw toOutOfPatience(current);
    }
  }

  async function* events(address: JobAddress, after: string): AsyncGenerator<{ id: string; job: Job }> {
    const quiet = new AbortController();
    const timer = setTimeout(() => quiet.abort(new Error('the stream is quiet')), QUIET_MS);
    try {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': after };
      const path = toPath(address, '/events');
      const response = await call({ method: 'GET', path, headers, hasAnswered: true, signal: quiet.signal }, options);
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
    cancel: async (address) =>
      toJob(await call({ method: 'DELETE', path: toPath(address), hasAnswered: true }, options)),
    status: async () => readJson(await call({ method: 'GET', path: '/status' }, options)),
  };
}

/** Takes only the sealed request out of `status_url`, not its host: the key must go to the configured gateway alone. */
export const addressOf = ({ job_id, status_url }: Job): JobAddress => ({
  id: job_id,
  sealed: toJobAddress(status_url ?? '').sealed,
});

export const toOutOfPatience = ({ job_id }: Job): Failure =>
  new Failure(EXIT.busy, `The picture is still being made. Wait for it by: easel get ${job_id}`);

async function toJob(response: Response): Promise<Job> {
  const parsed = jobSchema.safeParse(await readJson(response));
  if (parsed.success) return parsed.data;
  throw notEasel(response);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw notEasel(response);
    throw error;
  }
}

const notEasel = ({ url }: Response): Failure =>
  new Failure(EXIT.unreachable, `The server at ${new URL(url).origin} is not Easel.`);
