import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { BrowserLeases } from '../lifecycle/browser-leases.ts';
import type { Lease } from '../lifecycle/served-browsers.ts';
import type { PageRecipe, PageUse } from '../pages.ts';
import { PageDied } from '../process/chromium.ts';
import { type Identity, readIdentity } from '../process/identity.ts';
import type { GuardLoops } from './loop-guard.ts';
import { type PreparedPage, preparePage } from './prepared-page.ts';
import { raceAbort } from './race-abort.ts';
import { createReusablePages } from './reusable-pages.ts';

/** Pages prepared ahead of need, one for each recipe, and the identities that pages carry over. */
export interface PagePool {
  /** The spare page, or a new one of the lease's browser. Throws what the recipe throws, or PageDied. */
  take(recipe: PageRecipe, lease: Lease, use: PageUse): Promise<PreparedPage>;
  /** Prepares a spare page unless there is one. Never rejects: after a failure the next job prepares its own page. */
  prepareAhead(recipe: PageRecipe): Promise<void>;
  /** Takes the page from a task that has ended, and keeps it if another task may have it. False: the caller closes it. */
  putBack(recipe: PageRecipe, prepared: PreparedPage, isDone: boolean): boolean;
  /** Keeps the page's cookies and local storage for the next page. Never rejects. */
  keepIdentity(recipe: PageRecipe, prepared: PreparedPage): Promise<void>;
  /** Whether a page of the browser in service is alive that no task uses. */
  hasLivePage(): boolean;
  /** Closes the pages that no task uses, but one of each recipe. Returns whether there were any. */
  trim(): boolean;
  /** Closes the spare pages and returns their recipes. */
  clear(): PageRecipe[];
}

interface Spare {
  readonly recipe: PageRecipe;
  readonly preparation: AbortController;
  readonly preparing: Promise<PreparedPage>;
  ready?: { readonly prepared: PreparedPage; readonly since: number };
}

interface PoolOptions {
  readonly leases: BrowserLeases;
  readonly guardLoops: GuardLoops;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Limit for preparing a spare page, since no job's deadline ends it. */
const PREPARE_TIMEOUT_MS = 60_000;

export function createPagePool({ leases, guardLoops, clock, log }: PoolOptions): PagePool {
  const spares = new Map<string, Spare>();
  const reusable = createReusablePages({ current: leases.current, clock });
  const identities = new Map<string, Identity>();

  async function keepIdentity(recipe: PageRecipe, { page, died }: PreparedPage): Promise<void> {
    if (!recipe.keepsIdentity || recipe.profileDirectory !== undefined || died.aborted) return;
    try {
      identities.set(recipe.name, await readIdentity(page));
    } catch (error) {
      log.warn({ recipe: recipe.name, err: error }, 'the identity could not be read: the last one is kept');
    }
  }

  function prepare(recipe: PageRecipe, { chromium }: Lease, signal: AbortSignal): Promise<PreparedPage> {
    return preparePage({ chromium, recipe, identity: identities.get(recipe.name), guardLoops, signal });
  }

  async function prepareSpare(recipe: PageRecipe, signal: AbortSignal): Promise<PreparedPage> {
    const lease = await leases.acquire(recipe.profileDirectory, signal);
    try {
      const prepared = await prepare(recipe, lease, signal);
      // The site may have verified its visitor during the preparation. Keep that even if the page is never used.
      if (!identities.has(recipe.name)) await keepIdentity(recipe, prepared);
      return prepared;
    } finally {
      lease.release();
    }
  }

  function isUsable({ prepared, since }: NonNullable<Spare['ready']>, recipe: PageRecipe): boolean {
    const isFresh = clock.elapsed() - since <= recipe.maxAgeMs;
    return isFresh && !prepared.died.aborted && leases.current() === prepared.chromium;
  }

  function drop(spare: Spare): void {
    if (spares.get(spare.recipe.name) === spare) spares.delete(spare.recipe.name);
    spare.preparation.abort(new Error('the prepared page is no longer needed'));
    spare.preparing.then((prepared) => prepared.close(), ignoreFault);
  }

  async function takeSpare(recipe: PageRecipe, use: PageUse): Promise<PreparedPage | undefined> {
    const spare = spares.get(recipe.name);
    if (spare === undefined) return undefined;
    spares.delete(recipe.name);
    try {
      if (spare.ready === undefined) use.onProgress({ stage: 'page' });
      const prepared = await raceAbort(spare.preparing, use.signal);
      if (isUsable(spare.ready ?? { prepared, since: clock.elapsed() }, recipe)) return prepared;
      drop(spare);
      return undefined;
    } catch (error) {
      drop(spare);
      if (error instanceof PageDied) return undefined;
      throw error;
    }
  }

  async function prepareAhead(recipe: PageRecipe): Promise<void> {
    if (reusable.has(recipe)) return;
    const known = spares.get(recipe.name);
    if (known !== undefined && (known.ready === undefined || isUsable(known.ready, recipe))) return;
    if (known !== undefined) drop(known);
    const preparation = new AbortController();
    const signal = AbortSignal.any([preparation.signal, AbortSignal.timeout(PREPARE_TIMEOUT_MS)]);
    const spare: Spare = { recipe, preparation, preparing: prepareSpare(recipe, signal) };
    spares.set(recipe.name, spare);
    try {
      spare.ready = { prepared: await spare.preparing, since: clock.elapsed() };
    } catch (error) {
      if (spares.get(recipe.name) === spare) spares.delete(recipe.name);
      if (!preparation.signal.aborted) log.info({ recipe: recipe.name, err: error }, 'no page could be prepared ahead');
    }
  }

  async function get(recipe: PageRecipe, lease: Lease, use: PageUse): Promise<PreparedPage> {
    const ready = (await reusable.take(recipe, lease.chromium, use)) ?? (await takeSpare(recipe, use));
    if (ready !== undefined) return ready;
    use.onProgress({ stage: 'page' });
    return prepare(recipe, lease, use.signal);
  }

  return {
    keepIdentity,
    prepareAhead,
    take: async (recipe, lease, use) => {
      const prepared = await get(recipe, lease, use);
      reusable.lend(recipe, prepared, use);
      return prepared;
    },
    putBack: reusable.putBack,
    hasLivePage: reusable.hasFree,
    trim: reusable.trim,
    clear: () => {
      const dropped = [...spares.values()];
      for (const spare of dropped) drop(spare);
      const recipes = [...dropped.map(({ recipe }) => recipe), ...reusable.clear()];
      return [...new Map(recipes.map((recipe) => [recipe.name, recipe])).values()];
    },
  };
}

/** The job that waits for the preparation gets the error. */
function ignoreFault(): undefined {
  return undefined;
}
