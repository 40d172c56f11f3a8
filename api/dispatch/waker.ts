import type { AxiosInstance } from 'axios';
import {
  isWireTooFar,
  WIRE_HEADER,
  WIRE_VERSION,
  type WorkerHealth,
  workerHealthSchema,
} from '../../shared/contract/wire.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';

/**
 * Whether one worker is awake. Answers to real work show it, and so does the worker's health, which is asked only while the
 * worker is being woken, so that these requests keep no host awake.
 */

/** Render's free hosts take up to a minute to wake up. The first start of a large container takes longer. */
const START_LIMIT_MS = 180_000;
/** The time limit for a worker that exceeded the first limit a moment ago. */
const SECOND_LOOK_MS = 10_000;
const SECOND_LOOK_WITHIN_MS = 60_000;
/** A host that answered within this time is still awake. */
const FRESH_MS = 30_000;
/** Free hosts sleep after 15 minutes without traffic. */
const SLEEPS_AFTER_MS = 14 * 60_000;
/** A proxy may hold the first request until the host has started. */
const HEALTH_TIMEOUT_MS = 15_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;

export type WakeState = 'asleep' | 'waking' | 'starting' | 'ready' | 'unreachable';

export interface Waker {
  /** The last known state. A worker that was quiet for a long time counts as asleep. */
  state(): WakeState;
  /** Whether it answered a moment ago, so that work can be sent to it. */
  isFresh(): boolean;
  readonly isWaking: boolean;
  /** For how many milliseconds it has been waking. Undefined if it is awake. */
  wakingForMs(): number | undefined;
  /** Asks until it answers, unless it has just answered or is being asked already. */
  wake(): void;
  /** Call it when the worker has answered, or has sent an event. */
  heard(): void;
  /** Call it when the connection broke during work. Its health is then asked until it answers. */
  lost(): void;
}

interface WakerOptions {
  readonly client: AxiosInstance;
  readonly name: string;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** `tookMs`: how long it took to wake up. Undefined if it was awake all the time. */
  readonly onReady: (health: WorkerHealth, tookMs: number | undefined) => void;
  readonly onGivenUp: () => void;
}

export function createWaker({ client, name, signal, clock, log, onReady, onGivenUp }: WakerOptions): Waker {
  let state: WakeState = 'asleep';
  let isWaking = false;
  let wakingSince = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  let hasWarned = false;
  let gaveUpAt = Number.NEGATIVE_INFINITY;

  const isFresh = (): boolean => !isWaking && state === 'ready' && clock.elapsed() - heardAt < FRESH_MS;

  function wake(): void {
    if (isWaking || signal.aborted || isFresh()) return;
    isWaking = true;
    wakingSince = clock.elapsed();
    askUntilAwake().catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error, worker: name }, 'waking a worker failed');
    });
  }

  async function askUntilAwake(): Promise<void> {
    const wasGivenUp = state === 'unreachable' && wakingSince - gaveUpAt < SECOND_LOOK_WITHIN_MS;
    const until = wakingSince + (wasGivenUp ? SECOND_LOOK_MS : START_LIMIT_MS);
    let pauseMs = FIRST_PAUSE_MS;
    for (let health = await askHealth(); !isAwake(health); health = await askHealth()) {
      state = health?.status === 'starting' ? 'starting' : 'waking';
      if (clock.elapsed() >= until) return giveUp();
      await clock.wait(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
  }

  /** Undefined for any answer that is not the worker's own, such as a proxy's 502. */
  async function askHealth(): Promise<WorkerHealth | undefined> {
    try {
      const { data, headers } = await client.get<unknown>('/health', { timeout: HEALTH_TIMEOUT_MS, signal });
      const health = workerHealthSchema.safeParse(data).data;
      if (health !== undefined) noteWire(headers[WIRE_HEADER]);
      return health;
    } catch (error) {
      log.debug({ worker: name, reason: String(error) }, 'the worker is not awake yet');
      return undefined;
    }
  }

  function noteWire(theirs: unknown): void {
    if (!isWireTooFar(theirs) || hasWarned) return;
    hasWarned = true;
    log.warn({ worker: name, theirs, ours: WIRE_VERSION }, 'gateway and worker are more than one version apart');
  }

  /** An unhealthy worker may still have engines that work, and their errors say more than its health. */
  function isAwake(health: WorkerHealth | undefined): boolean {
    if (health?.status !== 'healthy' && health?.status !== 'unhealthy') return false;
    const tookMs = state === 'ready' ? undefined : clock.elapsed() - wakingSince;
    isWaking = false;
    state = 'ready';
    heardAt = clock.elapsed();
    onReady(health, tookMs);
    return true;
  }

  function giveUp(): void {
    log.warn({ worker: name, afterMs: clock.elapsed() - wakingSince }, 'the worker did not wake up');
    isWaking = false;
    state = 'unreachable';
    gaveUpAt = clock.elapsed();
    onGivenUp();
  }

  return {
    state: () => (state === 'ready' && clock.elapsed() - heardAt > SLEEPS_AFTER_MS ? 'asleep' : state),
    isFresh,
    get isWaking() {
      return isWaking;
    },
    wakingForMs: () => (isWaking && state !== 'ready' ? clock.elapsed() - wakingSince : undefined),
    wake,
    heard: () => {
      heardAt = clock.elapsed();
    },
    lost: () => {
      state = 'waking';
      heardAt = Number.NEGATIVE_INFINITY;
      wake();
    },
  };
}
