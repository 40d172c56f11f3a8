import type { BrowserLeases } from '../lifecycle/browser-leases.ts';
import type { Lease } from '../lifecycle/served-browsers.ts';
import type { PageRecipe, PageTask, PageUse } from '../pages.ts';
import { type Chromium, PageDied } from '../process/chromium.ts';
import type { GuardLoops } from './loop-guard.ts';
import type { PagePool } from './page-pool.ts';
import { hasDied, type PreparedPage } from './prepared-page.ts';

/** One attempt at a task. */
export type Run<T> = RunEnd & (Done<T> | NotDone);

interface RunEnd {
  /** Undefined if no browser could be had. */
  readonly chromium: Chromium | undefined;
  /** The page was prepared, and the task began. */
  readonly hadPage: boolean;
  /** No other task had that page before. */
  readonly hadNewPage: boolean;
  /** Resolves once cookies and local storage are kept. Never rejects. */
  readonly identityKept: Promise<void>;
  /** Resolves once page and browser are given back. Never rejects. */
  readonly givenBack: Promise<void>;
}

interface Done<T> {
  readonly outcome: 'done';
  readonly value: T;
}

export interface NotDone {
  /** `died`: the page, its renderer or its browser is gone, whatever error the task threw. */
  readonly outcome: 'cancelled' | 'failed' | 'died';
  readonly error: unknown;
}

/** Never rejects. */
export type RunOnce = <T>(recipe: PageRecipe, task: PageTask<T>, use: PageUse) => Promise<Run<T>>;

/** What a run holds and must give back. */
interface Resources {
  lease?: Lease;
  prepared?: PreparedPage;
}

interface RunnerOptions {
  readonly leases: BrowserLeases;
  readonly pool: PagePool;
  readonly guardLoops: GuardLoops;
}

export function createRunOnce({ leases, pool, guardLoops }: RunnerOptions): RunOnce {
  /** Pages that a task has had. */
  const used = new WeakSet<PreparedPage>();

  async function getPage(recipe: PageRecipe, use: PageUse, resources: Resources): Promise<PreparedPage> {
    if (!leases.isReady(recipe.profileDirectory)) use.onProgress({ stage: 'browser' });
    resources.lease = await leases.acquire(recipe.profileDirectory, use.signal);
    resources.prepared = await pool.take(recipe, resources.lease, use);
    return resources.prepared;
  }

  async function keepIdentity(recipe: PageRecipe, { prepared }: Resources): Promise<void> {
    if (prepared !== undefined) await pool.keepIdentity(recipe, prepared);
  }

  async function giveBack({ lease, prepared }: Resources, identityKept: Promise<void>): Promise<void> {
    await identityKept;
    await prepared?.close();
    lease?.release();
  }

  function end(recipe: PageRecipe, resources: Resources, isDone: boolean): RunEnd {
    const identityKept = isDone ? keepIdentity(recipe, resources) : Promise.resolve();
    const hadPage = resources.prepared !== undefined;
    const hadNewPage = resources.prepared !== undefined && !used.has(resources.prepared);
    if (resources.prepared !== undefined) used.add(resources.prepared);
    if (resources.prepared !== undefined && pool.putBack(recipe, resources.prepared, isDone)) delete resources.prepared;
    return {
      chromium: resources.lease?.chromium,
      hadPage,
      hadNewPage,
      identityKept,
      givenBack: giveBack(resources, identityKept),
    };
  }

  return async (recipe, task, use) => {
    const resources: Resources = {};
    try {
      const prepared = await getPage(recipe, use, resources);
      const { page, died } = prepared;
      const either = AbortSignal.any([use.signal, died]);
      const value = await guardLoops(page, either, async (signal) => task(page, { signal }));
      return { outcome: 'done', value, ...end(recipe, resources, true) };
    } catch (error) {
      const fault = await judge(error, resources.prepared, use.signal);
      return { ...fault, ...end(recipe, resources, false) };
    }
  };
}

async function judge(error: unknown, prepared: PreparedPage | undefined, signal: AbortSignal): Promise<NotDone> {
  if (signal.aborted) return { outcome: 'cancelled', error };
  if (error instanceof PageDied) return { outcome: 'died', error };
  // The task may have wrapped Playwright's error about the death.
  if (prepared !== undefined && (await hasDied(prepared))) return { outcome: 'died', error: prepared.died.reason };
  return { outcome: 'failed', error };
}
