import { AppError } from '../../../shared/errors.ts';
import type { BrowserStatus } from '../pages.ts';
import { raceAbort } from '../pool/race-abort.ts';
import type { Chromium } from '../process/chromium.ts';
import type { Launch } from '../process/launch.ts';
import { createLiveness, type LivenessOptions } from './liveness.ts';
import type { WatchMemory } from './memory-guard.ts';

/** The right to use the browser. While any lease is held, that browser stays up and its liveness and memory are watched. */
export interface Lease {
  readonly chromium: Chromium;
  release(): void;
}

/** Keeps at most one browser in service. A retired browser stays up until its running jobs have ended. */
export interface BrowserLeases {
  /** A lease on the browser in service. Starts one if there is none; concurrent callers share one start. */
  acquire(profileDirectory: string | undefined, signal: AbortSignal): Promise<Lease>;
  /** Whether `acquire` needs no start. */
  isReady(profileDirectory: string | undefined): boolean;
  current(): Chromium | undefined;
  /** Takes the browser out of service. It is closed when its last lease is released. */
  retire(): void;
  /** Kills every browser at once; what runs on it dies. Returns whether there was one. */
  kill(): boolean;
  state(): Exclude<BrowserStatus['state'], 'restarting'>;
  /** Pings the browser. After a failed start it tries another one, at most every TRY_AGAIN_MS. */
  examine(): Promise<boolean>;
  stop(): Promise<void>;
}

interface LeasesOptions extends LivenessOptions {
  readonly launch: Launch;
  readonly watchMemory: WatchMemory;
}

interface Entry {
  readonly chromium: Chromium;
  holders: number;
  watch: AbortController;
}

/** Limit for a browser that dies right after each start. */
const MAX_STARTS = 3;
/** Between two starts that only a health check asks for. */
const TRY_AGAIN_MS = 30_000;

export function createBrowserLeases({ launch, watchMemory, ...options }: LeasesOptions): BrowserLeases {
  const { clock, log } = options;
  const liveness = createLiveness(options);
  const stopping = new AbortController();
  const serving = new Set<Entry>();
  const ending = new Set<Promise<void>>();
  let current: Entry | undefined;
  let starting: Promise<void> | undefined;
  let hasFailed = false;
  let failedAt = 0;
  // Once a recipe has asked for a profile, every start uses it: that browser can serve all recipes.
  let profile: string | undefined;

  function getReady(profileDirectory: string | undefined): Entry | undefined {
    const serves = profileDirectory === undefined || profileDirectory === current?.chromium.profileDirectory;
    return serves ? current : undefined;
  }

  async function start(): Promise<void> {
    // Two browsers at a time would need twice the memory.
    await Promise.all(ending);
    stopping.signal.throwIfAborted();
    const startedAt = clock.now();
    try {
      const chromium = await launch(profile, stopping.signal);
      if (stopping.signal.aborted) await chromium.close();
      stopping.signal.throwIfAborted();
      enterService(chromium);
      log.info({ ms: clock.now() - startedAt, version: chromium.browser.version() }, 'Chromium started');
      hasFailed = false;
    } catch (error) {
      hasFailed = !stopping.signal.aborted;
      failedAt = clock.now();
      throw error;
    }
  }

  function enterService(chromium: Chromium): void {
    const entry: Entry = { chromium, holders: 0, watch: new AbortController() };
    current = entry;
    serving.add(entry);
    const end = (): void => endService(entry);
    if (chromium.died.aborted) end();
    else chromium.died.addEventListener('abort', end, { once: true });
  }

  function endService(entry: Entry): void {
    if (current === entry) current = undefined;
    if (entry.holders > 0 && !entry.chromium.died.aborted) return;
    if (!serving.delete(entry)) return;
    entry.watch.abort();
    const end = entry.chromium.close().then(() => {
      ending.delete(end);
    });
    ending.add(end);
  }

  function lease(entry: Entry): Lease {
    entry.holders += 1;
    if (entry.holders === 1) {
      entry.watch = new AbortController();
      void liveness.watch(entry.chromium, entry.watch.signal);
      void watchMemory(entry.chromium, entry.watch.signal);
    }
    return { chromium: entry.chromium, release: () => release(entry) };
  }

  function release(entry: Entry): void {
    entry.holders -= 1;
    if (entry.holders === 0) entry.watch.abort();
    if (current !== entry) endService(entry);
  }

  function begin(): Promise<void> {
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  }

  async function acquire(profileDirectory: string | undefined, signal: AbortSignal): Promise<Lease> {
    profile = profileDirectory ?? profile;
    for (let starts = 0; starts <= MAX_STARTS; starts++) {
      const ready = getReady(profileDirectory);
      if (ready !== undefined) return lease(ready);
      if (current !== undefined) endService(current);
      await raceAbort(begin(), signal);
    }
    throw new AppError('engine_failed', `Chromium died right after its start ${MAX_STARTS} times`);
  }

  return {
    acquire,
    isReady: (profileDirectory) => getReady(profileDirectory) !== undefined,
    current: () => current?.chromium,
    retire: () => {
      if (current !== undefined) endService(current);
    },
    kill: () => {
      const alive = [...serving].filter(({ chromium }) => !chromium.died.aborted);
      for (const { chromium } of alive) void chromium.kill();
      return alive.length > 0;
    },
    state: () => {
      if (current !== undefined) return 'ready';
      if (starting !== undefined) return 'starting';
      return hasFailed ? 'failed' : 'stopped';
    },
    examine: async () => {
      if (current !== undefined) return liveness.check(current.chromium);
      if (!hasFailed) return true;
      // What was missing may be installed by now.
      if (starting === undefined && clock.now() - failedAt >= TRY_AGAIN_MS) begin().catch(ignoreFault);
      return false;
    },
    stop: async () => {
      stopping.abort(new AppError('engine_failed', 'the browser was stopped'));
      for (const { chromium } of serving) void chromium.close();
      await Promise.allSettled([starting]);
      await Promise.all(ending);
    },
  };
}

/** The next job meets the same failure and reports it. */
function ignoreFault(): undefined {
  return undefined;
}
