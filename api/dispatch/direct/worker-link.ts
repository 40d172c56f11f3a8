import type { AxiosInstance } from 'axios';
import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import { WIRE_HEADER, WIRE_VERSION, type WorkerStatus, workerStatusSchema } from '../../../shared/contract/wire.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { OpenedRun, WorkerView } from '../dispatch.ts';
import { createWaker } from '../waker.ts';
import { callProduction, type ProductionOutcome, readErrorRecord } from './production-call.ts';

/** One worker of WORKER_URL: its slots, and the work that is sent to it. */

const LONGEST_REST_MS = 60_000;
const SILENCE_MS = 60_000;
const STATUS_TIMEOUT_MS = 5000;
/** What its engines are up to is asked only beside real work, and not more often. */
const STATUS_INTERVAL_MS = 10_000;
const LOOK_TIMEOUT_MS = 1000;
const LOOK_INTERVAL_MS = 5000;
/** After a failed job its health is looked at, as long as it is awake by that job anyway. */
const DOUBT_MS = 60_000;

const REFUSES_TOKEN = 'refuses WORKER_TOKEN, which must be the same on both services';
const UNREACHABLE = 'cannot be reached';
const SILENT = 'has not answered since the gateway started';
const UNWELL = 'says that it is not well';

export interface WorkerLink {
  readonly client: AxiosInstance;
  /** Slots that may be given work now; 0 unless it is known to be awake. */
  free(): number;
  /** Starts to wake it unless it is known to be awake, or being woken. */
  wake(): void;
  /** Takes a slot at once; `open` answers undefined when nobody wants the production any more. */
  produce(open: () => Promise<OpenedRun | undefined>, call: ProduceCall): Promise<ProductionOutcome | undefined>;
  view(): WorkerView;
  /** Asks how it is, for a second at most, unless it is well as far as known. */
  look(): Promise<void>;
  stop(): void;
}

interface ProduceCall {
  readonly signal: AbortSignal;
  readonly onProgress: (event: ProgressEvent) => void;
}

export interface WorkerLinkOptions {
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** It may take work. */
  readonly onChange: () => void;
  readonly onGivenUp: () => void;
  /** Milliseconds that it took to come. */
  readonly onAwake: (tookMs: number) => void;
  readonly silenceMs?: number | undefined;
}

export function createWorkerLink(options: WorkerLinkOptions): WorkerLink {
  const { url, token, clock, log, silenceMs = SILENCE_MS } = options;
  const headers = { authorization: `Bearer ${token}`, [WIRE_HEADER]: WIRE_VERSION };
  const client = createHttpClient({ baseURL: url, headers });
  const stopping = new AbortController();
  const { signal } = stopping;
  const name = new URL(url).host;
  let rests = 0;
  let isResting = false;
  let failuresInRow = 0;
  let running = 0;
  let concurrency = 1;
  let status: WorkerStatus | undefined;
  let statusAt = Number.NEGATIVE_INFINITY;
  let isRefused = false;
  let hasAnswered = false;
  let looking: Promise<void> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let doubtedUntil = Number.NEGATIVE_INFINITY;

  const waker = createWaker({
    ...{ client, name, signal, clock, log, onGivenUp: options.onGivenUp },
    onReady: (health, tookMs) => {
      concurrency = health.concurrency;
      hasAnswered = true;
      if (tookMs !== undefined) options.onAwake(tookMs);
      options.onChange();
      learnStatus();
    },
  });

  function rest(forMs: number): void {
    rests += 1;
    isResting = true;
    const number = rests;
    const wakeUp = (): void => {
      if (number !== rests) return;
      isResting = false;
      options.onChange();
    };
    clock.wait(forMs, signal).then(wakeUp, (error: unknown) => {
      if (!signal.aborted) log.error({ err: error, worker: name }, 'the rest of a worker failed');
    });
  }

  async function produce(
    open: () => Promise<OpenedRun | undefined>,
    call: ProduceCall,
  ): Promise<ProductionOutcome | undefined> {
    running += 1;
    let isAside = false;
    /** A run that waits for an engine leaves its slot at the worker to others. */
    const setAside = (isAsideNow: boolean): void => {
      if (isAside === isAsideNow) return;
      isAside = isAsideNow;
      running += isAsideNow ? -1 : 1;
      if (isAsideNow) options.onChange();
    };
    try {
      const opened = await open();
      if (opened === undefined) return undefined;
      const onProgress = (event: ProgressEvent): void => {
        waker.heard();
        setAside(event.stage === 'waiting');
        call.onProgress(event);
      };
      const outcome = await callProduction({ client, ...opened, signal: call.signal, silenceMs, onProgress });
      if (!call.signal.aborted) learn(outcome);
      return outcome;
    } finally {
      setAside(false);
      running -= 1;
    }
  }

  function learn(outcome: ProductionOutcome): void {
    if (outcome.kind === 'absent' || outcome.kind === 'broken') {
      log.warn({ worker: name, kind: outcome.kind, reason: outcome.reason }, 'a worker was lost');
      failuresInRow += 1;
      if (failuresInRow > 1) rest(Math.min(1000 * 2 ** (failuresInRow - 2), LONGEST_REST_MS));
      waker.lost();
      return;
    }
    waker.heard();
    failuresInRow = 0;
    if (outcome.kind === 'full') rest(Math.min(outcome.retryAfterMs, LONGEST_REST_MS));
    if (outcome.kind === 'failed') {
      // It may have become unwell by it, or be about to.
      statusAt = Number.NEGATIVE_INFINITY;
      doubtedUntil = clock.now() + DOUBT_MS;
    } else if (outcome.kind === 'result') doubtedUntil = Number.NEGATIVE_INFINITY;
    learnStatus();
  }

  function learnStatus(): void {
    if (clock.now() - statusAt < STATUS_INTERVAL_MS) return;
    statusAt = clock.now();
    void askStatus(STATUS_TIMEOUT_MS);
  }

  /** Never rejects; answers whether the worker itself answered. */
  async function askStatus(timeout: number): Promise<boolean> {
    try {
      const { status: code, data } = await client.get<unknown>('/status', { timeout, signal });
      const told = workerStatusSchema.safeParse(data).data;
      status = told ?? status;
      // Where the workers are reached through the shared queue, no token is sent.
      isRefused = code === 401 && token !== '';
      const isWorker =
        told !== undefined || (code === 401 && readErrorRecord(JSON.stringify(data), false) !== undefined);
      hasAnswered ||= isWorker;
      return isWorker;
    } catch (error) {
      log.debug({ worker: name, reason: String(error) }, 'the worker did not tell its status');
      return false;
    }
  }

  async function look(): Promise<void> {
    if (problems().length === 0 && clock.now() > doubtedUntil) return;
    if (clock.now() - lookedAt >= LOOK_INTERVAL_MS) {
      lookedAt = clock.now();
      looking = askStatus(LOOK_TIMEOUT_MS).then((isAwake) => {
        // It answered although it was given up: work can be sent again.
        if (isAwake && waker.state() === 'unreachable') waker.wake();
      });
    }
    await looking;
  }

  function problems(): readonly string[] {
    if (isRefused) return [REFUSES_TOKEN];
    if (waker.state() === 'unreachable') return [UNREACHABLE];
    if (!hasAnswered) return [SILENT];
    if (status?.status === 'unhealthy' && status.problems.length === 0) return [UNWELL];
    return status?.problems ?? [];
  }

  function view(): WorkerView {
    const state = running > 0 && waker.state() === 'asleep' ? 'ready' : waker.state();
    return {
      name,
      state: state === 'ready' && running >= concurrency ? 'busy' : state,
      running,
      concurrency,
      wakingForMs: waker.wakingForMs(),
      engines: status?.engines,
      stores: status?.stores,
      problems: problems(),
    };
  }

  return {
    client,
    free: () => {
      const isAwake = waker.isFresh() || (running > 0 && !waker.isWaking && waker.state() === 'ready');
      return isAwake && !isResting ? concurrency - running : 0;
    },
    wake: waker.wake,
    produce,
    view,
    look,
    stop: () => stopping.abort(),
  };
}
