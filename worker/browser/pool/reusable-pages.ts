import { type Clock, pause } from '../../../shared/wait.ts';
import type { PageRecipe, PageUse } from '../pages.ts';
import type { Chromium } from '../process/chromium.ts';
import type { PreparedPage } from './prepared-page.ts';

/** Pages that several tasks have, one after the other, because their recipes allow it. */
export interface ReusablePages {
  /**
   * A page of this browser that no task has. If tasks have them all, waits for one that its task is likely to leave soon.
   * Undefined: open another.
   */
  take(recipe: PageRecipe, chromium: Chromium, use: Holder): Promise<PreparedPage | undefined>;
  /** A task has the page, which may be a new one. */
  lend(recipe: PageRecipe, prepared: PreparedPage, use: Holder): void;
  /** Call it when the task has ended. Keeps the page if another task may have it. False: the caller closes it. */
  putBack(recipe: PageRecipe, prepared: PreparedPage, isDone: boolean): boolean;
  /** Whether a page is free, or comes back when its task ends. */
  has(recipe: PageRecipe): boolean;
  /** Whether any page is free. */
  hasFree(): boolean;
  /** Closes the free pages, but one of each recipe. Returns whether there were any. */
  trim(): boolean;
  /** Closes the free pages and returns their recipes. */
  clear(): PageRecipe[];
}

type Holder = Pick<PageUse, 'signal' | 'isLong'>;

interface Waiter {
  readonly chromium: Chromium;
  readonly use: Holder;
  readonly resolve: (prepared: PreparedPage) => void;
}

interface FreePage {
  readonly prepared: PreparedPage;
  readonly since: number;
}

interface PagesOfRecipe {
  readonly recipe: PageRecipe;
  /** The last one is taken first, so the first one is the one that is needed least. */
  free: FreePage[];
  /** With the time until which it is likely to be left. */
  readonly lent: Map<PreparedPage, number>;
  readonly waiters: Waiter[];
  /** Aborts when nobody has to look after surplus pages any more. Undefined while nobody does. */
  watch?: AbortController | undefined;
}

/** Free pages of one recipe. Each is a process of some 40 MB, and a third one made nothing quicker. */
const MOST_FREE = 2;
/** A small picture takes a tenth of a second, and to open a page takes several and a core. */
const SOON_MS = 500;
/** A second page that was not needed for so long is closed. */
const SURPLUS_MS = 60_000;

interface ReusableOptions {
  /** The browser in service. */
  readonly current: () => Chromium | undefined;
  readonly clock: Clock;
}

export function createReusablePages({ current, clock }: ReusableOptions): ReusablePages {
  const byName = new Map<string, PagesOfRecipe>();
  const isAlive = ({ died, chromium }: PreparedPage): boolean => !died.aborted && chromium === current();

  function pagesOf(recipe: PageRecipe): PagesOfRecipe {
    const pages = byName.get(recipe.name) ?? { recipe, free: [], lent: new Map(), waiters: [] };
    byName.set(recipe.name, pages);
    for (const { prepared } of pages.free) if (!isAlive(prepared)) void prepared.close();
    pages.free = pages.free.filter(({ prepared }) => isAlive(prepared));
    for (const prepared of pages.lent.keys()) if (!isAlive(prepared)) pages.lent.delete(prepared);
    return pages;
  }

  const lend = ({ lent }: PagesOfRecipe, prepared: PreparedPage, { isLong }: Holder): void =>
    void lent.set(prepared, clock.elapsed() + (isLong === true ? 0 : SOON_MS));

  /** Resolves when no page is likely to come back soon. */
  async function waitInVain(recipe: PageRecipe, signal: AbortSignal): Promise<undefined> {
    while (!signal.aborted) {
      const leftMs = Math.max(...pagesOf(recipe).lent.values()) - clock.elapsed();
      if (leftMs <= 0) return;
      await pause(clock, leftMs, signal);
    }
  }

  async function waitForReturn(recipe: PageRecipe, chromium: Chromium, use: Holder) {
    const { waiters } = pagesOf(recipe);
    const returned = Promise.withResolvers<PreparedPage>();
    const waiter = { chromium, use, resolve: returned.resolve };
    waiters.push(waiter);
    const waiting = new AbortController();
    const inVain = waitInVain(recipe, AbortSignal.any([use.signal, waiting.signal]));
    const prepared = await Promise.race([returned.promise, inVain]);
    waiting.abort();
    // A page that comes back in the same moment is not lost.
    if (!waiters.includes(waiter)) return prepared ?? returned.promise;
    waiters.splice(waiters.indexOf(waiter), 1);
    return undefined;
  }

  async function closeSurplus(pages: PagesOfRecipe): Promise<void> {
    if (pages.watch !== undefined) return;
    const watch = new AbortController();
    pages.watch = watch;
    while (!watch.signal.aborted && pages.free.length > 1) {
      const leftMs = (pages.free[0]?.since ?? 0) + SURPLUS_MS - clock.elapsed();
      if (leftMs > 0) await pause(clock, leftMs, watch.signal);
      else void pages.free.shift()?.prepared.close();
    }
    pages.watch = undefined;
  }

  return {
    take: async (recipe, chromium, use) => {
      const pages = pagesOf(recipe);
      const free = pages.free.pop();
      if (free === undefined) return waitForReturn(recipe, chromium, use);
      lend(pages, free.prepared, use);
      return free.prepared;
    },
    lend: (recipe, prepared, use) => {
      if (recipe.isReusable === true) lend(pagesOf(recipe), prepared, use);
    },
    putBack: (recipe, prepared, isDone) => {
      if (recipe.isReusable !== true) return false;
      const pages = pagesOf(recipe);
      const isOfUse = isDone && isAlive(prepared);
      const next = pages.waiters.find(({ chromium }) => isOfUse && chromium === prepared.chromium);
      if (next !== undefined) {
        pages.waiters.splice(pages.waiters.indexOf(next), 1);
        lend(pages, prepared, next.use);
        next.resolve(prepared);
        return true;
      }
      pages.lent.delete(prepared);
      if (!isOfUse || pages.free.length >= MOST_FREE) return false;
      pages.free.push({ prepared, since: clock.elapsed() });
      void closeSurplus(pages);
      return true;
    },
    has: (recipe) => {
      const { free, lent } = pagesOf(recipe);
      return free.length + lent.size > 0;
    },
    hasFree: () => [...byName.values()].some(({ recipe }) => pagesOf(recipe).free.length > 0),
    trim: () => {
      const surplus = [...byName.values()].flatMap(({ recipe }) => pagesOf(recipe).free.splice(1));
      for (const { prepared } of surplus) void prepared.close();
      return surplus.length > 0;
    },
    clear: () => {
      const had = [...byName.values()].filter(({ free }) => free.length > 0);
      for (const pages of byName.values()) {
        pages.watch?.abort();
        for (const { prepared } of pages.free.splice(0)) void prepared.close();
      }
      return had.map(({ recipe }) => recipe);
    },
  };
}
