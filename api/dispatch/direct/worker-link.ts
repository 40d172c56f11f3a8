import type { AxiosInstance } from 'axios';
import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import { WIRE_HEADER, WIRE_VERSION } from '../../../shared/contract/wire.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { costOf, createRoom } from '../../../shared/queue/room.ts';
import type { Attendance } from '../../../shared/queue/turns.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { OpenedRun, WorkerView } from '../dispatch.ts';
import { createWaker } from '../waker.ts';
import { callProduction, type ProductionOutcome } from './production-call.ts';
import { createWorkerCondition } from './worker-condition.ts';

/** One worker of WORKER_URL, with its slots and the work that is sent to it. */

const LONGEST_REST_MS = 60_000;
const SILENCE_MS = 60_000;
/** Each production holds one. A worker that only calls services may make hundreds at a time, and takes 1,000 connections. */
const MAX_SOCKETS = 800;

export interface WorkerLink {
  readonly client: AxiosInstance;
  /** Number of free slots. 0 unless the worker is known to be awake. */
  free(): number;
  /** Whether it may get a run of this cost although no slot is free. False unless it is known to be awake. */
  hasPlaceBeside(cost: number, attendance: Attendance): boolean;
  /** Starts to wake it, unless it is awake or being woken. */
  wake(): void;
  /** Takes a slot at once. `open` resolves with undefined if no caller wants the production any more. */
  produce(open: () => Promise<OpenedRun | undefined>, call: ProduceCall): Promise<ProductionOutcome | undefined>;
  view(): WorkerView;
  /** Asks for its status, for at most a second, unless the worker is known to be healthy. */
  look(): Promise<void>;
  stop(): void;
}

interface ProduceCall {
  readonly cost: number;
  readonly signal: AbortSignal;
  readonly onProgress: (event: ProgressEvent) => void;
}

export interface WorkerLinkOptions {
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a slot may have become free. */
  readonly onChange: () => void;
  readonly onGivenUp: () => void;
  /** Gets the milliseconds that it took to wake up. */
  readonly onAwake: (tookMs: number) => void;
  readonly silenceMs?: number | undefined;
}

export function createWorkerLink(options: WorkerLinkOptions): WorkerLink {
  const { url, token, clock, log, silenceMs = SILENCE_MS } = options;
  const headers = { authorization: `Bearer ${token}`, [WIRE_HEADER]: WIRE_VERSION };
  const client = createHttpClient({ baseURL: url, headers }, MAX_SOCKETS);
  const stopping = new AbortController();
  const { signal } = stopping;
  const name = new URL(url).host;
  let rests = 0;
  let isResting = false;
  let failuresInRow = 0;
  let concurrency = 1;
  const room = createRoom({ concurrency: () => concurrency, clock, onChange: () => options.onChange() });

  const waker = createWaker({
    ...{ client, name, signal, clock, log, onGivenUp: options.onGivenUp },
    onReady: (health, tookMs) => {
      concurrency = health.concurrency;
      if (tookMs !== undefined) options.onAwake(tookMs);
      options.onChange();
      condition.heard();
    },
  });
  const condition = createWorkerCondition({ client, name, token, waker, signal, clock, log });

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
      if (!signal.aborted) log.error({ err: error, worker: name }, 'the pause for a full worker failed');
    });
  }

  async function produce(
    open: () => Promise<OpenedRun | undefined>,
    call: ProduceCall,
  ): Promise<ProductionOutcome | undefined> {
    const leave = room.enter(call.cost);
    try {
      const opened = await open();
      if (opened === undefined) return undefined;
      const onProgress = (event: ProgressEvent): void => {
        waker.heard();
        call.onProgress(event);
      };
      // The cost is only sent when it differs from the request's, because a worker of 1.0.0 refuses unknown fields.
      const usual = costOf(opened.production.request);
      const production = { ...opened.production, ...(call.cost !== usual && { cost: call.cost }) };
      const outcome = await callProduction({
        client,
        ...opened,
        production,
        signal: call.signal,
        silenceMs,
        onProgress,
      });
      if (!call.signal.aborted) learn(outcome);
      return outcome;
    } finally {
      leave();
    }
  }

  function learn(outcome: ProductionOutcome): void {
    if (outcome.kind === 'absent' || outcome.kind === 'broken') {
      log.warn({ worker: name, kind: outcome.kind, reason: outcome.reason }, 'the connection to a worker was lost');
      failuresInRow += 1;
      if (failuresInRow > 1) rest(Math.min(1000 * 2 ** (failuresInRow - 2), LONGEST_REST_MS));
      waker.lost();
      return;
    }
    waker.heard();
    failuresInRow = 0;
    if (outcome.kind === 'full') rest(Math.min(outcome.retryAfterMs, LONGEST_REST_MS));
    if (outcome.kind === 'failed') condition.doubt();
    if (outcome.kind === 'result') condition.trust();
    condition.heard();
  }

  function takesWork(): boolean {
    const isAwake = waker.isFresh() || (room.running > 0 && !waker.isWaking && waker.state() === 'ready');
    return isAwake && !isResting;
  }

  function view(): WorkerView {
    const state = room.running > 0 && waker.state() === 'asleep' ? 'ready' : waker.state();
    return {
      name,
      state: state === 'ready' && room.running >= concurrency ? 'busy' : state,
      running: room.running,
      concurrency,
      wakingForMs: waker.wakingForMs(),
      engines: condition.status()?.engines,
      stores: condition.status()?.stores,
      problems: condition.problems(),
    };
  }

  return {
    client,
    free: () => (takesWork() ? concurrency - room.running : 0),
    hasPlaceBeside: (cost, attendance) => takesWork() && room.hasPlaceBeside(cost, attendance),
    wake: waker.wake,
    produce,
    view,
    look: condition.look,
    stop: () => stopping.abort(),
  };
}
