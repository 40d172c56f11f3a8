import type { AxiosInstance } from 'axios';
import type { ProgressEvent } from '../../shared/contract/generation.ts';
import type { WorkerHealth } from '../../shared/contract/wire.ts';
import { createHttpClient } from '../../shared/http.ts';
import type { Logger } from '../../shared/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { OpenedRun, WorkerState, WorkerView } from './dispatch.ts';
import { callProduction, type ProductionOutcome } from './production-call.ts';

/**
 * What is known about one worker, learned from answers to real work and from the health that is asked only while it
 * is being woken: nothing here keeps a sleeping host awake.
 */

/** Render's free hosts take up to about a minute, a first start of a large container longer. */
const START_LIMIT_MS = 180_000;
/** For one that did not come within the limit just before. */
const SECOND_LOOK_MS = 10_000;
const SECOND_LOOK_WITHIN_MS = 60_000;
/** A host that answered so recently has not gone to sleep. */
const FRESH_MS = 30_000;
/** Free hosts sleep after 15 minutes without traffic. */
const SLEEPS_AFTER_MS = 14 * 60_000;
/** A proxy may hold the first request until the host has started. */
const HEALTH_TIMEOUT_MS = 15_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;
const LONGEST_REST_MS = 60_000;
const SILENCE_MS = 60_000;

export interface WorkerLink {
  readonly client: AxiosInstance;
  /** Slots that may be given work now; 0 unless it is known to be awake. */
  free(): number;
  /** Starts to wake it unless it is known to be awake, or being woken. */
  wake(): void;
  /** Takes a slot at once; `open` answers undefined when nobody wants the production any more. */
  produce(open: () => Promise<OpenedRun | undefined>, call: ProduceCall): Promise<ProductionOutcome | undefined>;
  view(): WorkerView;
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
  /** It may take work, or it was given up. */
  readonly onChange: () => void;
  readonly onGivenUp: () => void;
  readonly onAwake: (tookMs: number) => void;
  readonly silenceMs?: number | undefined;
}

export function createWorkerLink(options: WorkerLinkOptions): WorkerLink {
  const { url, token, clock, log } = options;
  const client = createHttpClient({ baseURL: url, headers: { authorization: `Bearer ${token}` } });
  const stopping = new AbortController();
  const name = new URL(url).host;
  let state: 'asleep' | 'waking' | 'starting' | 'ready' | 'unreachable' = 'asleep';
  let isWaking = false;
  let wakingSince = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  let gaveUpAt = Number.NEGATIVE_INFINITY;
  let isResting = false;
  let rests = 0;
  let failuresInRow = 0;
  let running = 0;
  let concurrency = 1;

  const isFresh = (): boolean => state === 'ready' && clock.now() - heardAt < FRESH_MS;

  function wake(): void {
    if (isWaking || stopping.signal.aborted || isFresh()) return;
    isWaking = true;
    wakingSince = clock.now();
    void pollUntilAwake().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.error({ err: error, worker: name }, 'waking a worker failed');
    });
  }

  async function pollUntilAwake(): Promise<void> {
    const wasGivenUp = state === 'unreachable' && wakingSince - gaveUpAt < SECOND_LOOK_WITHIN_MS;
    const until = wakingSince + (wasGivenUp ? SECOND_LOOK_MS : START_LIMIT_MS);
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const health = await askHealth();
      if (health?.status === 'healthy' || health?.status === 'unhealthy') return awake(health);
      state = health?.status === 'starting' ? 'starting' : 'waking';
      if (clock.now() >= until) return giveUp();
      await clock.wait(pauseMs, stopping.signal);
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
  }

  /** Undefined for everything that is not our worker's own answer, such as a proxy's 502. */
  async function askHealth(): Promise<WorkerHealth | undefined> {
    try {
      const { signal } = stopping;
      const { data } = await client.get<Partial<WorkerHealth>>('/health', { timeout: HEALTH_TIMEOUT_MS, signal });
      return data.service === 'easel-worker' ? (data as WorkerHealth) : undefined;
    } catch (error) {
      log.debug({ worker: name, reason: String(error) }, 'the worker is not awake yet');
      return undefined;
    }
  }

  function awake(health: WorkerHealth): void {
    const tookMs = clock.now() - wakingSince;
    if (state !== 'ready') options.onAwake(tookMs);
    concurrency = health.concurrency;
    isWaking = false;
    state = 'ready';
    heardAt = clock.now();
    options.onChange();
  }

  function giveUp(): void {
    log.warn({ worker: name, afterMs: clock.now() - wakingSince }, 'the worker did not come');
    isWaking = false;
    state = 'unreachable';
    gaveUpAt = clock.now();
    options.onGivenUp();
  }

  function rest(forMs: number): void {
    rests += 1;
    isResting = true;
    const number = rests;
    const wakeUp = (): void => {
      if (number !== rests) return;
      isResting = false;
      options.onChange();
    };
    clock.wait(forMs, stopping.signal).then(wakeUp, (error: unknown) => {
      if (!stopping.signal.aborted) log.error({ err: error, worker: name }, 'the rest of a worker failed');
    });
  }

  /** It went away while it was needed: the next health tells when it is back. */
  function lost(): void {
    state = 'waking';
    heardAt = Number.NEGATIVE_INFINITY;
    failuresInRow += 1;
    if (failuresInRow > 1) rest(Math.min(1000 * 2 ** (failuresInRow - 2), LONGEST_REST_MS));
    wake();
  }

  async function produce(
    open: () => Promise<OpenedRun | undefined>,
    { signal, onProgress }: ProduceCall,
  ): Promise<ProductionOutcome | undefined> {
    running += 1;
    try {
      const opened = await open();
      if (opened === undefined) return undefined;
      const silenceMs = options.silenceMs ?? SILENCE_MS;
      const onHeard = (event: ProgressEvent): void => {
        heardAt = clock.now();
        onProgress(event);
      };
      const outcome = await callProduction({ client, ...opened, signal, silenceMs, onProgress: onHeard });
      if (!signal.aborted) learn(outcome);
      return outcome;
    } finally {
      running -= 1;
    }
  }

  function learn(outcome: ProductionOutcome): void {
    if (outcome.kind === 'absent' || outcome.kind === 'broken') {
      log.warn({ worker: name, kind: outcome.kind, reason: outcome.reason }, 'a worker was lost');
      lost();
      return;
    }
    heardAt = clock.now();
    failuresInRow = 0;
    if (outcome.kind === 'full') rest(Math.min(outcome.retryAfterMs, LONGEST_REST_MS));
  }

  function publicState(): WorkerState {
    if (state !== 'ready') return state;
    if (running >= concurrency) return 'busy';
    return running === 0 && clock.now() - heardAt > SLEEPS_AFTER_MS ? 'asleep' : 'ready';
  }

  return {
    client,
    free: () => (!isWaking && (running > 0 || isFresh()) && !isResting ? concurrency - running : 0),
    wake,
    produce,
    view: () => ({
      name,
      state: publicState(),
      running,
      concurrency,
      ...(isWaking && state !== 'ready' && { wakingForMs: clock.now() - wakingSince }),
    }),
    stop: () => stopping.abort(),
  };
}
