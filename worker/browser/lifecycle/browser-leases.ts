import { AppError } from '../../../shared/errors.ts';
import type { BrowserStatus } from '../pages.ts';
import { raceAbort } from '../pool/race-abort.ts';
import type { Launch } from '../process/launch.ts';
import { createLiveness, type LivenessOptions } from './liveness.ts';
import type { WatchMemory } from './memory-guard.ts';
import type { Replacements } from './replacements.ts';
import { createServedBrowsers, type Lease, type ServedBrowsers } from './served-browsers.ts';

/** Starts browsers on demand, and keeps at most one in service. */
export interface BrowserLeases extends Pick<ServedBrowsers, 'current' | 'retire' | 'kill'> {
  /** A lease on the browser in service. Starts one if there is none; concurrent callers share one start. */
  acquire(profileDirectory: string | undefined, signal: AbortSignal): Promise<Lease>;
  /** Whether `acquire` needs no start. */
  isReady(profileDirectory: string | undefined): boolean;
  state(): Exclude<BrowserStatus['state'], 'restarting'>;
  /** Pings the browser. After a failed start it tries another one, at most every TRY_AGAIN_MS. */
  examine(): Promise<boolean>;
  stop(): Promise<void>;
}

interface LeasesOptions extends LivenessOptions {
  readonly launch: Launch;
  readonly watchMemory: WatchMemory;
  readonly replacements: Pick<Replacements, 'note'>;
}

/** Limit for a browser that dies right after each start. */
const MAX_STARTS = 3;
/** Between two starts that only a health check asks for. */
const TRY_AGAIN_MS = 30_000;

export function createBrowserLeases({ launch, watchMemory, replacements, ...options }: LeasesOptions): BrowserLeases {
  const { clock, log } = options;
  const liveness = createLiveness(options);
  const served = createServedBrowsers({
    liveness,
    watchMemory,
    onDeath: (chromium) => replacements.note('death', chromium),
  });
  const stopping = new AbortController();
  let starting: Promise<void> | undefined;
  let hasFailed = false;
  let failedAt = 0;
  // Once a recipe has asked for a profile, every start uses it: that browser can serve all recipes.
  let profile: string | undefined;

  function isReady(profileDirectory: string | undefined): boolean {
    const chromium = served.current();
    if (chromium === undefined) return false;
    return profileDirectory === undefined || profileDirectory === chromium.profileDirectory;
  }

  async function start(): Promise<void> {
    // Two browsers at a time would need twice the memory.
    await served.ended();
    stopping.signal.throwIfAborted();
    const startedAt = clock.elapsed();
    try {
      const chromium = await launch(profile, stopping.signal);
      if (stopping.signal.aborted) await chromium.close();
      stopping.signal.throwIfAborted();
      served.add(chromium);
      log.info({ ms: clock.elapsed() - startedAt, version: chromium.browser.version() }, 'Chromium started');
      hasFailed = false;
    } catch (error) {
      hasFailed = !stopping.signal.aborted;
      failedAt = clock.elapsed();
      throw error;
    }
  }

  function startOnce(): Promise<void> {
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  }

  async function acquire(profileDirectory: string | undefined, signal: AbortSignal): Promise<Lease> {
    profile = profileDirectory ?? profile;
    for (let starts = 0; starts <= MAX_STARTS; starts++) {
      const lease = isReady(profileDirectory) ? served.lease() : undefined;
      if (lease !== undefined) return lease;
      served.retire();
      await raceAbort(startOnce(), signal);
    }
    throw new AppError('engine_failed', `Chromium died right after its start ${MAX_STARTS} times`);
  }

  return {
    acquire,
    isReady,
    current: served.current,
    retire: served.retire,
    kill: served.kill,
    state: () => {
      if (served.current() !== undefined) return 'ready';
      if (starting !== undefined) return 'starting';
      return hasFailed ? 'failed' : 'stopped';
    },
    examine: async () => {
      const chromium = served.current();
      if (chromium !== undefined) return liveness.check(chromium);
      if (!hasFailed) return true;
      // What was missing may be installed by now.
      if (starting === undefined && clock.elapsed() - failedAt >= TRY_AGAIN_MS) startOnce().catch(ignoreFault);
      return false;
    },
    stop: async () => {
      stopping.abort(new AppError('engine_failed', 'the browser was stopped'));
      served.close();
      await Promise.allSettled([starting]);
      await served.ended();
    },
  };
}

/** The next job meets the same failure and reports it. */
function ignoreFault(): undefined {
  return undefined;
}
