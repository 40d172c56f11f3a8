import type { Logger } from '../../../shared/service/log.ts';
import type { PageRecipe } from '../pages.ts';
import type { PagePool } from '../pool/page-pool.ts';
import type { Run } from '../pool/page-runner.ts';
import type { Chromium } from '../process/chromium.ts';
import type { BrowserLeases } from './browser-leases.ts';
import type { ReplacementRule } from './replacement-rule.ts';
import type { Replacements } from './replacements.ts';

/** Work between jobs, so that no job has to wait for it. */
export interface BetweenJobs {
  /**
   * Call it after a run that died. If only its page died, which is a process of its own, the browser stays in service for the
   * others. When pages die again and again, no task succeeds and no other page lives, the next run gets a fresh browser.
   */
  noteDeath(run: Run<unknown>): void;
  /** Call it after the last run of a job. Calls `unlock` when the next job of the recipe may start. Never rejects. */
  afterJob(recipe: PageRecipe, run: Run<unknown>, unlock: () => void): Promise<void>;
  prepareAhead(recipes: readonly PageRecipe[]): Promise<void>;
  isRestarting(): boolean;
  /** Number of jobs that the browser in service has done. */
  jobs(): number;
}

interface BetweenJobsOptions {
  readonly leases: BrowserLeases;
  readonly pool: PagePool;
  readonly replacement: ReplacementRule;
  readonly replacements: Pick<Replacements, 'note'>;
  /** Whether tasks are running. */
  readonly isBusy: () => boolean;
  readonly log: Logger;
  /** Aborts when the supervisor stops; then no more work is started. */
  readonly signal: AbortSignal;
}

const MAX_DEATHS = 2;

export function createBetweenJobs({
  leases,
  pool,
  replacement,
  replacements,
  isBusy,
  log,
  signal,
}: BetweenJobsOptions): BetweenJobs {
  const workOf = new WeakMap<Chromium, { readonly jobs: number; readonly pages: number }>();
  /** Pages that died since a task succeeded. */
  const deathsOf = new WeakMap<Chromium, number>();
  let restarts = 0;

  function count(chromium: Chromium, hadNewPage: boolean) {
    const { jobs, pages } = workOf.get(chromium) ?? { jobs: 0, pages: 0 };
    const work = { jobs: jobs + 1, pages: pages + (hadNewPage ? 1 : 0) };
    workOf.set(chromium, work);
    return work;
  }

  async function prepareAhead(recipes: readonly PageRecipe[]): Promise<void> {
    if (signal.aborted) return;
    await Promise.all(recipes.map((recipe) => pool.prepareAhead(recipe)));
  }

  async function startAgain(): Promise<void> {
    restarts += 1;
    try {
      const lease = await leases.acquire(undefined, signal);
      lease.release();
    } catch (error) {
      log.error({ err: error }, 'Chromium could not start again: the next job tries again');
    } finally {
      restarts -= 1;
    }
  }

  /** Returns the recipes whose spare pages were closed with the browser. */
  function retire(): PageRecipe[] {
    const recipes = pool.clear();
    leases.retire();
    return recipes;
  }

  async function findReason({ chromium, hadPage, hadNewPage }: Run<unknown>) {
    if (chromium === undefined || !hadPage) return undefined;
    try {
      const reason = await replacement.afterJob({
        ...count(chromium, hadNewPage),
        isBusy: isBusy(),
        measureMb: chromium.measureMb,
      });
      // Another job may have caused its replacement meanwhile.
      if (chromium !== leases.current()) return undefined;
      // Pages that are only kept cost nobody anything. If memory is still too much after the next job, they were not enough.
      return reason === 'memory' && pool.trim() ? undefined : reason;
    } catch (error) {
      log.warn({ err: error }, 'the memory of Chromium could not be measured');
      return undefined;
    }
  }

  return {
    prepareAhead,
    isRestarting: () => restarts > 0,
    jobs: () => {
      const chromium = leases.current();
      return chromium === undefined ? 0 : (workOf.get(chromium)?.jobs ?? 0);
    },
    noteDeath: ({ chromium }) => {
      if (chromium === undefined || chromium !== leases.current() || pool.hasLivePage()) return;
      const deaths = (deathsOf.get(chromium) ?? 0) + 1;
      deathsOf.set(chromium, deaths);
      if (deaths < MAX_DEATHS) return;
      replacements.note('death', chromium);
      retire();
    },
    afterJob: async (recipe, run, unlock) => {
      if (run.outcome === 'done' && run.chromium !== undefined) deathsOf.delete(run.chromium);
      await run.identityKept;
      const work: Promise<void>[] = [];
      // After a failure the site is left alone until the next job asks for it.
      const isWelcome = run.hadPage && (run.outcome === 'done' || run.outcome === 'cancelled');
      if (isWelcome) work.push(prepareAhead([recipe]));
      await run.givenBack;
      const reason = await findReason(run);
      if (reason !== undefined && !signal.aborted) {
        if (run.chromium !== undefined) replacements.note(reason, run.chromium);
        log.info({ reason, memoryMb: replacement.memoryMb() }, 'Chromium is replaced');
        const recipes = retire();
        work.push(startAgain(), prepareAhead(recipes));
      }
      unlock();
      await Promise.all(work);
    },
  };
}
