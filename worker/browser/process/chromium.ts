import type { Browser, BrowserContext, CDPSession } from 'playwright-core';
import { raceAbort } from '../pool/race-abort.ts';
import type { Door } from './door.ts';

/** One browser process, from its start to its end. */
export interface Chromium {
  readonly browser: Browser;
  /** The context of the profile directory. */
  readonly ownContext: BrowserContext;
  /** The proxy through which pages reach the network. */
  readonly door: Pick<Door, 'serve' | 'allow'>;
  /** Undefined for a fresh profile. */
  readonly profileDirectory: string | undefined;
  /** Aborts, with a PageDied as its reason, as soon as the browser is gone. */
  readonly died: AbortSignal;
  /**
   * Runs work that opens a context or a page. The browser is not closed before that work has ended: if a new object
   * arrives from a browser that has just closed, Playwright (its `_createRemoteObject`) throws where nobody can catch it.
   * Throws PageDied when the browser is closed or closing.
   */
  beforeClose<T>(work: () => Promise<T>): Promise<T>;
  /** Memory of its processes in MB, without files. Undefined if the system does not report it. */
  measureMb(): Promise<number | undefined>;
  /** Makes the processes of its pages leave processor and memory to the worker. Call it when a page was opened. */
  giveWay(): Promise<void>;
  /** A round trip to the browser process. Never rejects. */
  ping(timeoutMs: number): Promise<boolean>;
  /** Closes the browser, by force if needed, and removes its files. In bounded time; never rejects. */
  close(): Promise<void>;
  /** Closes it by force. Never rejects. */
  kill(): Promise<void>;
}

/** The page or its browser is gone. The task that used it is not at fault. */
export class PageDied extends Error {
  override readonly name = 'PageDied';
}

interface ChromiumParts {
  readonly browser: Browser;
  /** Process id of the browser. */
  readonly session: CDPSession;
  readonly door: Door;
  readonly ownContext: BrowserContext;
  readonly profileDirectory: string | undefined;
  readonly measureMb: () => Promise<number | undefined>;
  readonly giveWay: () => Promise<void>;
  /** Kills what is left of it and removes its files. */
  readonly clearUp: () => Promise<void>;
}

/** A context with a visitor's storage of many origins takes seconds on a busy machine. */
const OPEN_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2000;

const within = <T>(timeoutMs: number, work: Promise<T>): Promise<T> => raceAbort(work, AbortSignal.timeout(timeoutMs));

export function createChromium(parts: ChromiumParts): Chromium {
  const { browser, session, door, ownContext, profileDirectory, clearUp } = parts;
  const death = new AbortController();
  const pendingWork = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function closeBrowser(reason: string, gracefully: boolean): Promise<void> {
    death.abort(new PageDied(reason));
    if (gracefully) {
      await Promise.allSettled([within(OPEN_TIMEOUT_MS, Promise.allSettled(pendingWork))]);
      // A profile on disk is written when the browser closes.
      await Promise.allSettled([within(CLOSE_TIMEOUT_MS, ownContext.close())]);
    }
    await clearUp();
  }

  function closeOnce(reason: string, gracefully: boolean): Promise<void> {
    // It starts a moment later, because listeners of the death call this function again.
    closing ??= Promise.resolve().then(() => closeBrowser(reason, gracefully));
    return closing;
  }

  browser.on('disconnected', () => closeOnce('the browser is gone', false));

  async function ping(timeoutMs: number): Promise<boolean> {
    try {
      await raceAbort(
        session.send('Browser.getVersion'),
        AbortSignal.any([death.signal, AbortSignal.timeout(timeoutMs)]),
      );
      return true;
    } catch {
      return false;
    }
  }

  return {
    browser,
    ownContext,
    door,
    profileDirectory,
    died: death.signal,
    measureMb: parts.measureMb,
    giveWay: parts.giveWay,
    beforeClose: async (begin) => {
      death.signal.throwIfAborted();
      const work = begin();
      pendingWork.add(work);
      try {
        return await work;
      } finally {
        pendingWork.delete(work);
      }
    },
    ping,
    close: () => closeOnce('the browser is being closed', true),
    kill: () => closeOnce('the browser was killed', false),
  };
}
