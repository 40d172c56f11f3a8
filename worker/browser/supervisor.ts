import { AppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import { type Clock, toAbortError } from '../../shared/wait.ts';
import { createIdleTimer } from '../subprocess/idle-timer.ts';
import { createBetweenJobs } from './lifecycle/between-jobs.ts';
import { createBrowserLeases } from './lifecycle/browser-leases.ts';
import { createHealthCheck } from './lifecycle/health-check.ts';
import type { LivenessOptions } from './lifecycle/liveness.ts';
import { createMemoryGuard } from './lifecycle/memory-guard.ts';
import { createReplacementRule } from './lifecycle/replacement-rule.ts';
import { createReplacements } from './lifecycle/replacements.ts';
import { type BrowserPages, HARM_REST_MS, type PageRecipe, type PageTask, type PageUse } from './pages.ts';
import { createKeyedLock } from './pool/keyed-lock.ts';
import { createLoopGuard } from './pool/loop-guard.ts';
import { createPagePool } from './pool/page-pool.ts';
import { createRunOnce, type NotDone, type Run } from './pool/page-runner.ts';
import { killLargestPage } from './process/largest-page.ts';
import { createLaunch, type LaunchOptions } from './process/launch.ts';
import { isLibraryFault } from './process/library-fault.ts';
import { createMemoryMeter, type MemoryMeter } from './process/memory.ts';

export interface SupervisorOptions extends LaunchOptions, LivenessOptions {
  /** CHROMIUM_RESTART_AFTER; 0: never. */
  readonly restartAfterPages: number;
  /** CHROMIUM_IDLE_SHUTDOWN_MS; 0: never. */
  readonly idleShutdownMs: number;
  /** MEMORY_LIMIT_MB, for worker and browser together. Default: a share of the container's limit, if it has one. */
  readonly memoryLimitMb?: number | undefined;
  readonly meter?: MemoryMeter | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The worker's only browser: started on first use, watched, replaced between jobs, ended when idle. */
export function createBrowserSupervisor(options: SupervisorOptions): BrowserPages {
  const { clock, log, idleShutdownMs, meter = createMemoryMeter() } = options;
  const stopping = new AbortController();
  const watchMemory = createMemoryGuard({ ...options, meter, killLargestPage });
  const replacements = createReplacements();
  const leases = createBrowserLeases({ ...options, launch: createLaunch(options), watchMemory, replacements });
  const guardLoops = createLoopGuard({ clock });
  const pool = createPagePool({ leases, guardLoops, clock, log });
  const replacement = createReplacementRule({ ...options, meter });
  let running = 0;
  const betweenJobs = createBetweenJobs({
    ...{ leases, pool, replacement, replacements, log, signal: stopping.signal },
    isBusy: () => running > 0,
  });
  const runOnce = createRunOnce({ leases, pool, guardLoops });
  const isHealthy = createHealthCheck({ clock, examine: leases.examine });
  const lock = createKeyedLock();
  const background = new Set<Promise<void>>();
  const idle = createIdleTimer({ clock, idleAfterMs: idleShutdownMs, onIdle });

  function onIdle(): void {
    pool.clear();
    leases.retire();
  }

  /** Continues after the caller has its answer. `stop` waits for it. */
  function inBackground(work: Promise<void>): void {
    const leave = idle.enter();
    const done = work
      .catch((error: unknown) => log.error({ err: error }, 'background work of the browser failed'))
      .then(() => {
        background.delete(done);
        leave();
      });
    background.add(done);
  }

  async function startAhead(profileDirectory: string | undefined): Promise<void> {
    try {
      const lease = await leases.acquire(profileDirectory, stopping.signal);
      lease.release();
    } catch (error) {
      if (!stopping.signal.aborted) log.error({ err: error }, 'Chromium cannot start: the next job tries again');
    }
  }

  async function runTwice<T>(recipe: PageRecipe, task: PageTask<T>, use: PageUse): Promise<Run<T>> {
    const first = await runOnce(recipe, task, use);
    if (first.outcome !== 'died') return first;
    log.warn({ recipe: recipe.name, err: first.error }, 'the page died during a task: the task runs once more');
    betweenJobs.noteDeath(first);
    await first.givenBack;
    const second = await runOnce(recipe, task, use);
    if (second.outcome === 'died') betweenJobs.noteDeath(second);
    return second;
  }

  async function waitForLock(recipe: PageRecipe, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw toAbortError(signal);
    if (!recipe.keepsIdentity) return unlockNothing;
    return lock(recipe.name, signal).catch(() => {
      throw toAbortError(signal);
    });
  }

  async function use<T>(recipe: PageRecipe, task: PageTask<T>, { signal, ...rest }: PageUse): Promise<T> {
    const either = AbortSignal.any([signal, stopping.signal]);
    const leave = idle.enter();
    try {
      const unlock = await waitForLock(recipe, either);
      running += 1;
      const run = await runTwice(recipe, task, { signal: either, ...rest });
      // Until then its page uses memory.
      void run.givenBack.finally(() => {
        running -= 1;
      });
      inBackground(betweenJobs.afterJob(recipe, run, unlock));
      if (run.outcome === 'done') return run.value;
      throw toUseError(run, either, recipe);
    } finally {
      leave();
    }
  }

  return {
    use,
    start: ({ profileDirectory }) => inBackground(startAhead(profileDirectory)),
    isHealthy,
    status: () => ({
      state: betweenJobs.isRestarting() ? 'restarting' : leases.state(),
      memoryMb: replacement.memoryMb(),
      jobs: betweenJobs.jobs(),
      replaced: replacements.counts(),
    }),
    survive: (error) => {
      if (!isLibraryFault(error)) return false;
      // One lost object may cause a dozen errors. The first one ends the browser.
      const level = leases.kill() ? 'error' : 'debug';
      log[level]({ err: error }, 'Playwright threw an error that no caller can catch: the browser is replaced');
      return true;
    },
    stop: async () => {
      stopping.abort(new AppError('engine_failed', 'the browser was stopped'));
      idle.stop();
      pool.clear();
      await leases.stop();
      await Promise.all(background);
    },
  };
}

function unlockNothing(): undefined {
  return undefined;
}

function toUseError(run: NotDone, signal: AbortSignal, recipe: PageRecipe): unknown {
  if (run.outcome === 'cancelled') return toAbortError(signal);
  if (run.outcome === 'failed') return run.error;
  const reason = run.error instanceof Error ? run.error.message : String(run.error);
  // The task was repeated already. What kills a browser twice is left to another engine. The worker's own page does no harm.
  const restMs = recipe.isReusable === true ? undefined : HARM_REST_MS;
  const details = { cause: run.error, mayBeDone: true, restMs };
  return new AppError(
    'engine_failed',
    `${recipe.name}: the browser died twice, the second time because ${reason}`,
    details,
  );
}
