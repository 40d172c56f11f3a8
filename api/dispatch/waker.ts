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
 * Whether one worker is awake, learned from answers to real work and from its health, which is asked only while it is
 * being woken: nothing here keeps a sleeping host awake.
 */

/** Render's free hosts take up to about a minute, a first start of a large container longer. */
const START_LIMIT_MS = 180_000;
/** The limit for a worker that did not come within the first one a moment ago. */
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

export type WakeState = 'asleep' | 'waking' | 'starting' | 'ready' | 'unreachable';

export interface Waker {
  /** As far as known; one that was quiet for long is taken to sleep. */
  state(): WakeState;
  /** It answered a moment ago and is not being asked again: work can be sent. */
  isFresh(): boolean;
  readonly isWaking: boolean;
  /** Milliseconds since it is being woken, unless it is awake. */
  wakingForMs(): number | undefined;
  /** Asks until it answers, unless it has just answered, or is being asked. */
  wake(): void;
  /** It answered, or went on with its work. */
  heard(): void;
  /** The connection to it broke during work: its health is asked until it is back. */
  lost(): void;
}

interface WakerOptions {
  readonly client: AxiosInstance;
  readonly name: string;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** `tookMs`: how long that took, or undefined when it had been awake all the time. */
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

  const isFresh = (): boolean => !isWaking && state === 'ready' && clock.now() - heardAt < FRESH_MS;

  function wake(): void {
    if (isWaking || signal.aborted || isFresh()) return;
    isWaking = true;
    wakingSince = clock.now();
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
      if (clock.now() >= until) return giveUp();
      await clock.wait(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
  }

  /** Undefined for everything that is not our worker's own answer, such as a proxy's 502. */
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

  /** One that is not well may still have engines that work: their errors say more than its health. */
  function isAwake(health: WorkerHealth | undefined): boolean {
    if (health?.status !== 'healthy' && health?.status !== 'unhealthy') return false;
    const tookMs = state === 'ready' ? undefined : clock.now() - wakingSince;
    isWaking = false;
    state = 'ready';
    heardAt = clock.now();
    onReady(health, tookMs);
    return true;
  }

  function giveUp(): void {
    log.warn({ worker: name, afterMs: clock.now() - wakingSince }, 'the worker did not come');
    isWaking = false;
    state = 'unreachable';
    gaveUpAt = clock.now();
    onGivenUp();
  }

  return {
    state: () => (state === 'ready' && clock.now() - heardAt > SLEEPS_AFTER_MS ? 'asleep' : state),
    isFresh,
    get isWaking() {
      return isWaking;
    },
    wakingForMs: () => (isWaking && state !== 'ready' ? clock.now() - wakingSince : undefined),
    wake,
    heard: () => {
      heardAt = clock.now();
    },
    lost: () => {
      state = 'waking';
      heardAt = Number.NEGATIVE_INFINITY;
      wake();
    },
  };
}
