import type { Page } from 'playwright-core';
import type { Replacement } from './lifecycle/replacements.ts';

/** How engines get pages of the worker's browser. `supervisor.ts` implements it. */

/**
 * A page as an engine gets it. The methods left out make an object in Playwright's driver. If the page closes meanwhile,
 * Playwright throws where nobody can catch it.
 */
export type DrivenPage = Omit<
  Page,
  'addInitScript' | 'context' | 'exposeBinding' | 'exposeFunction' | 'route' | 'routeFromHAR' | 'routeWebSocket'
>;

/** Rest of an engine whose page died twice in one task, or computed without end, because the next one would do the same. */
export const HARM_REST_MS = 60_000;

/** One file of a page that comes with the worker. */
export interface SiteFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Keyed by the whole `http:` address. */
export type SiteFiles = ReadonlyMap<string, SiteFile>;

/** How to get a page ready for a job. */
export interface PageRecipe {
  /** Prepared pages of the same name are interchangeable. */
  readonly name: string;
  /**
   * Takes a blank page of a fresh context to the point where a job needs one more action. Called ahead of need, while
   * nothing runs. What it throws reaches the job that asks for the page.
   */
  prepare(page: DrivenPage, context: { readonly signal: AbortSignal }): Promise<void>;
  /** Cookies and local storage are carried over, so that the site sees the same visitor in every context. */
  readonly keepsIdentity: boolean;
  /** A task leaves nothing behind on the page, so that the next one may have it. Missing: each gets a page of its own. */
  readonly isReusable?: boolean | undefined;
  /** A browser profile on disk instead of fresh contexts, for a site where a person passes a check by hand. */
  readonly profileDirectory?: string | undefined;
  /** Addresses that are answered from memory instead of the network. */
  readonly readFiles?: (() => Promise<SiteFiles>) | undefined;
  /** Hosts that the operator chose. They may be in a private network; pages reach no other private address. */
  readonly trustedHosts?: readonly string[] | undefined;
  /** A prepared page older than this (milliseconds) is not used. */
  readonly maxAgeMs: number;
}

/** The signal aborts on cancel, at the deadline, and when the page or the browser dies. */
export type PageTask<T> = (page: DrivenPage, context: { readonly signal: AbortSignal }) => Promise<T>;

export interface PageUse {
  readonly signal: AbortSignal;
  /** The task takes seconds, so no other one waits for its page. */
  readonly isLong?: boolean | undefined;
  /** `browser` while one is started, `page` while the page is prepared; neither when both were ready. */
  readonly onProgress: (event: { readonly stage: 'browser' | 'page' }) => void;
}

export interface BrowserStatus {
  readonly state: 'stopped' | 'starting' | 'ready' | 'restarting' | 'failed';
  /** Memory of the whole process tree. */
  readonly memoryMb?: number | undefined;
  /** Jobs since the last start. */
  readonly jobs: number;
  /** Browsers in service that were replaced since the worker started, by the reason. */
  readonly replaced?: Readonly<Record<Replacement, number>> | undefined;
}

export interface BrowserPages {
  /**
   * Runs the task on a prepared page of its own. If the browser or the renderer dies, the task runs once more; a second
   * death is `engine_failed`. A browser that cannot start is `engine_failed` too, and the next call tries again.
   */
  use<T>(recipe: PageRecipe, task: PageTask<T>, use: PageUse): Promise<T>;
  /** Starts the browser ahead of need, so that the log and /health report a fault before a caller meets it. */
  start(recipe: Pick<PageRecipe, 'profileDirectory'>): void;
  status(): BrowserStatus;
  /**
   * Handles an uncaught error of the browser's library: ends the browser and runs its jobs once more on a fresh one.
   * Returns false for any other error and does nothing.
   */
  survive(error: unknown): boolean;
  /** Pings the browser. One that is not started is healthy; one that failed to start is not. */
  isHealthy(): Promise<boolean>;
  stop(): Promise<void>;
}
