import type { Page } from 'playwright-core';

/** How engines get pages of the one supervised browser; `supervisor.ts` keeps the promises. */

/**
 * A page as an engine gets it. What is left out makes an object at Playwright's driver and does not notice that the page
 * is closed meanwhile: Playwright then throws where nobody can catch it.
 */
export type DrivenPage = Omit<
  Page,
  'addInitScript' | 'context' | 'exposeBinding' | 'exposeFunction' | 'route' | 'routeFromHAR' | 'routeWebSocket'
>;

/** One file of a page that the worker brings itself. */
export interface SiteFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** By its whole `http:` address. */
export type SiteFiles = ReadonlyMap<string, SiteFile>;

/** What a page must look like before a job can use it. */
export interface PageRecipe {
  /** Prepared pages of the same name are interchangeable. */
  readonly name: string;
  /**
   * Brings a blank page of a fresh context to the point where a job needs one more action: called ahead of need,
   * while nothing runs. What it throws reaches the job that asked for the page.
   */
  prepare(page: DrivenPage, context: { readonly signal: AbortSignal }): Promise<void>;
  /** Cookies and local storage outlive the page: the site sees the same visitor in every context. */
  readonly keepsIdentity: boolean;
  /** A browser profile on disk in place of fresh contexts, for a site where a person passes a check by hand. */
  readonly profileDirectory?: string | undefined;
  /** Addresses that are answered from memory instead of the network. */
  readonly readFiles?: (() => Promise<SiteFiles>) | undefined;
  /** Hosts of the operator's choice, which may lie in a private network; no page reaches any other address there. */
  readonly trustedHosts?: readonly string[] | undefined;
  /** A prepared page older than this is thrown away (milliseconds). */
  readonly maxAgeMs: number;
}

/** The signal aborts on cancel, at the deadline, and when the page or the browser died. */
export type PageTask<T> = (page: DrivenPage, context: { readonly signal: AbortSignal }) => Promise<T>;

export interface PageUse {
  readonly signal: AbortSignal;
  /** `browser` while one is started, `page` while the page is prepared; neither when both were ready. */
  readonly onProgress: (event: { readonly stage: 'browser' | 'page' }) => void;
}

export interface BrowserStatus {
  readonly state: 'stopped' | 'starting' | 'ready' | 'restarting' | 'failed';
  /** Of the whole process tree. */
  readonly memoryMb?: number | undefined;
  /** Since its last start. */
  readonly jobs: number;
}

export interface BrowserPages {
  /**
   * Runs the task on a prepared page, alone. If the browser or the renderer dies under it, the task runs once more
   * on a fresh browser; the second death is `engine_failed`. A browser that cannot be started is `engine_failed` too,
   * and the next call tries again.
   */
  use<T>(recipe: PageRecipe, task: PageTask<T>, use: PageUse): Promise<T>;
  /** Starts the browser ahead of need, so that log and health know what is wrong with it before a caller does. */
  start(recipe: Pick<PageRecipe, 'profileDirectory'>): void;
  status(): BrowserStatus;
  /**
   * Deals with an error that nobody caught, if it came out of the browser's library: the browser is ended, and its jobs
   * run once more on a fresh one. Answers false, and does nothing, for any other error.
   */
  survive(error: unknown): boolean;
  /** Asks the browser for a sign of life; a stopped one is healthy, one that could not be started is not. */
  isHealthy(): Promise<boolean>;
  stop(): Promise<void>;
}
