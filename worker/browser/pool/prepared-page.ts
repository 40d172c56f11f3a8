import type { BrowserContext, Page } from 'playwright-core';
import { AppError } from '../../../shared/errors.ts';
import type { PageRecipe } from '../pages.ts';
import { type Chromium, PageDied } from '../process/chromium.ts';
import type { Identity } from '../process/identity.ts';
import type { GuardLoops } from './loop-guard.ts';
import { openOwnPage } from './own-pages.ts';
import { raceAbort } from './race-abort.ts';

/** A page at the point where a job needs one more action. */
export interface PreparedPage {
  readonly page: Page;
  readonly chromium: Chromium;
  /** Aborts, with a PageDied as its reason, when the page, its renderer or its browser is gone. */
  readonly died: AbortSignal;
  /** Closes the page and its context in bounded time; a browser that cannot is killed. Never rejects. */
  close(): Promise<void>;
}

interface Preparation {
  readonly chromium: Chromium;
  readonly recipe: PageRecipe;
  readonly identity: Identity | undefined;
  readonly guardLoops: GuardLoops;
  readonly signal: AbortSignal;
}

/** The browser kills a hanging renderer after 0.8 s. If a page is still open after this time, the browser itself hangs. */
const CLOSE_TIMEOUT_MS = 5000;

/** Throws what the recipe throws, the signal's reason, or PageDied. */
export async function preparePage({
  chromium,
  recipe,
  identity,
  guardLoops,
  signal,
}: Preparation): Promise<PreparedPage> {
  const opening = chromium.beforeClose(() => openPage(chromium, recipe, identity));
  const opened = await raceAbort(opening, AbortSignal.any([signal, chromium.died])).catch((error: unknown) => {
    opening.then(({ page, context }) => closePage(page, context, chromium), dropLateFault);
    throw error;
  });
  const prepared = watchPage(opened.page, opened.context, chromium);
  const either = AbortSignal.any([signal, prepared.died]);
  try {
    await raceAbort(chromium.giveWay(), either);
    await guardLoops(prepared.page, either, async (watched) => recipe.prepare(prepared.page, { signal: watched }));
    return prepared;
  } catch (error) {
    const isDead = !signal.aborted && (await hasDied(prepared));
    void prepared.close();
    if (signal.aborted) throw signal.reason;
    throw isDead ? prepared.died.reason : error;
  }
}

/** Whether page or browser have died. A fault may be seen before the event that reports the death. */
export async function hasDied({ chromium, died }: PreparedPage): Promise<boolean> {
  // The browser's messages arrive in order, so events from before the ping's answer have arrived too.
  if (!died.aborted) await chromium.ping(CLOSE_TIMEOUT_MS);
  return died.aborted;
}

interface OpenedPage {
  readonly page: Page;
  /** Closed with the page. Undefined for the profile's own context. */
  readonly context: BrowserContext | undefined;
}

async function openPage(chromium: Chromium, recipe: PageRecipe, identity: Identity | undefined): Promise<OpenedPage> {
  try {
    if (recipe.trustedHosts !== undefined) chromium.door.allow(recipe.trustedHosts);
    if (recipe.readFiles !== undefined) chromium.door.serve(await recipe.readFiles());
    if (recipe.profileDirectory !== undefined) {
      return { page: await openOwnPage(chromium.ownContext), context: undefined };
    }
    const context = await chromium.browser.newContext({
      acceptDownloads: false,
      ...(identity === undefined ? {} : { storageState: identity }),
    });
    return { page: await openOwnPage(context), context };
  } catch (error) {
    if (chromium.died.aborted || !(await chromium.ping(CLOSE_TIMEOUT_MS)))
      throw new PageDied('no page could be opened');
    throw new AppError('engine_failed', 'the browser opened no page', { cause: error });
  }
}

function watchPage(page: Page, context: BrowserContext | undefined, chromium: Chromium): PreparedPage {
  const death = new AbortController();
  const die = (reason: PageDied): void => death.abort(reason);
  const dieWithBrowser = (): void => death.abort(chromium.died.reason);
  page.on('crash', () => die(new PageDied('the page crashed')));
  page.on('close', () => die(new PageDied('the page was closed')));
  if (chromium.died.aborted) dieWithBrowser();
  else chromium.died.addEventListener('abort', dieWithBrowser, { once: true });

  return {
    page,
    chromium,
    died: death.signal,
    close: async () => {
      chromium.died.removeEventListener('abort', dieWithBrowser);
      await closePage(page, context, chromium);
    },
  };
}

async function closePage(page: Page, context: BrowserContext | undefined, chromium: Chromium): Promise<void> {
  if (chromium.died.aborted) return;
  try {
    await raceAbort((context ?? page).close(), AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  } catch {
    if (!page.isClosed()) await chromium.kill();
  }
}

/** The caller already has its answer, so a later failure is ignored. */
function dropLateFault(): undefined {
  return undefined;
}
