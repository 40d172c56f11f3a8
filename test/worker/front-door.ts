import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenerationRequest, GenerationResult } from '../../shared/contract/generation.ts';
import { type Production, type ProductionEvent, WIRE_HEADER, WIRE_VERSION } from '../../shared/contract/wire.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { close, listen } from '../../shared/net/http.ts';
import { createLog } from '../../shared/service/log.ts';
import { systemClock } from '../../shared/wait.ts';
import type { BrowserPages } from '../../worker/browser/pages.ts';
import { createDisk } from '../../worker/stores/disk/index.ts';
import { createWorker, type WorkerOptions } from '../../worker/worker.ts';
import { removeDirectory } from '../support/remove-directory.ts';

export const TOKEN = 'front-door-token-81c2';
export const PROMPT = 'a lighthouse in a storm, marked turnstone-44e1';

const noBrowser: BrowserPages = {
  use: () => Promise.reject(new Error('no engine of these tests needs a browser')),
  start: () => undefined,
  status: () => ({ state: 'stopped', jobs: 0 }),
  survive: () => false,
  isHealthy: async () => true,
  stop: async () => undefined,
};

/** The event stream of one production. */
export interface Stream {
  readonly status: number;
  readonly headers: Headers;
  /** Resolves with the first event that fits. */
  until(fits: (event: ProductionEvent) => boolean): Promise<ProductionEvent>;
  /** Resolves with all events when the stream has ended. A refusal has none. */
  readonly ended: Promise<readonly ProductionEvent[]>;
  /** The error of a refusal. */
  readonly refusal: ErrorRecord | undefined;
  leave(): void;
}

export interface FrontDoor {
  readonly url: string;
  readonly dataDirectory: string;
  /** The log lines. */
  readonly log: () => string;
  call(path: string, init?: RequestInit): Promise<Response>;
  open(production: Production): Promise<Stream>;
  /** Runs one production to its end. */
  produce(changes?: Partial<GenerationRequest>, rest?: Partial<Omit<Production, 'request'>>): Promise<Outcome>;
  /** Starts the engines, which most tests do not need. */
  start(): Promise<void>;
  stop(graceMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface Outcome {
  readonly events: readonly ProductionEvent[];
  readonly result?: GenerationResult | undefined;
  readonly error?: ErrorRecord | undefined;
}

export function toRequest(changes: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    prompt: PROMPT,
    seed: 7,
    seedGiven: false,
    count: 1,
    shape: 'square',
    strict: false,
    safe: false,
    format: 'png',
    deliver: 'url',
    previews: 0,
    ...changes,
  };
}

let lastJob = 0;

/** A whole worker behind a real server on a free port, with the test's engines and stores. */
export async function openFrontDoor(
  options: Pick<WorkerOptions, 'engines'> & Partial<WorkerOptions>,
): Promise<FrontDoor> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'easel-worker-')));
  const lines: string[] = [];
  const clock = options.clock ?? systemClock;
  const worker = createWorker({
    name: 'worker-of-a-test',
    tokens: [TOKEN],
    version: '1.2.3',
    concurrency: 1,
    maxWaiting: 20,
    engineTimeoutMs: 10_000,
    repeatPauseMs: 1,
    patienceMs: 0,
    stores: [createDisk({ directory: join(dataDirectory, 'images'), maxBytes: Number.POSITIVE_INFINITY, clock })],
    pages: noBrowser,
    log: createLog({ service: 'worker', level: 'trace', destination: { write: (line) => void lines.push(line) } }),
    ...options,
    clock,
    dataDirectory,
  });
  const server = createServer(worker.app);
  const { port } = await listen(server, 0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;

  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });

  const post = (production: Production, signal: AbortSignal): Promise<Response> =>
    call('/productions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', [WIRE_HEADER]: String(WIRE_VERSION) },
      body: JSON.stringify(production),
      signal,
    });

  async function open(production: Production): Promise<Stream> {
    const abort = new AbortController();
    const response = await post(production, abort.signal);
    /** As a gateway does, posts a production that was postponed again. */
    const postAgain = async ({ milliseconds }: Postponed): Promise<Response> => {
      await clock.wait(milliseconds, abort.signal);
      return post(production, abort.signal);
    };
    const { status, headers } = response;
    if (status !== 200) {
      const refusal = (await response.json()) as ErrorRecord;
      return { status, headers, refusal, until: never, ended: Promise.resolve([]), leave: () => undefined };
    }
    return { status, headers, refusal: undefined, ...readEvents(response, postAgain), leave: () => abort.abort() };
  }

  return {
    url,
    dataDirectory,
    log: () => lines.join(''),
    call,
    open,
    async produce(changes, rest) {
      lastJob += 1;
      const stream = await open({ jobId: `job-${lastJob}`, request: toRequest(changes), ...rest });
      const events = await stream.ended;
      const last = events.at(-1);
      return {
        events,
        result: last?.type === 'result' ? last.result : undefined,
        error: last?.type === 'error' ? last.error : stream.refusal,
      };
    },
    start: worker.start,
    stop: (graceMs = 0) => worker.stop(graceMs),
    async close() {
      await worker.stop(0);
      await close(server, 0);
      if (options.dataDirectory === undefined) await removeDirectory(dataDirectory);
    },
  };
}

const never = (): Promise<never> => Promise.reject(new Error('a refusal has no events'));

type Postponed = Extract<ProductionEvent, { readonly type: 'postponed' }>;

function readEvents(
  first: Response,
  postAgain: (event: Postponed) => Promise<Response>,
): Pick<Stream, 'until' | 'ended'> {
  const events: ProductionEvent[] = [];
  const waiting = new Set<() => void>();
  async function read(response: Response): Promise<readonly ProductionEvent[]> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
      rest = lines.pop() ?? '';
      events.push(...lines.map((line) => JSON.parse(line) as ProductionEvent));
      for (const look of waiting) look();
    }
    const last = events.at(-1);
    return last?.type === 'postponed' ? read(await postAgain(last)) : events;
  }
  const ended = read(first);
  // A test that leaves early does not await the end.
  ended.catch(() => undefined);
  return {
    ended,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        ended.then(() => reject(new Error('the stream ended without such an event')), reject);
      }),
  };
}
