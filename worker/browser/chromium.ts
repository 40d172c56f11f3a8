import type { Browser, BrowserContext } from 'playwright-core';
import { raceAbort } from './race-abort.ts';

/** One run of the browser, from its start to its end. */
export interface Chromium {
  readonly browser: Browser;
  /** The context of the profile directory. */
  readonly ownContext: BrowserContext;
  /** As asked for: `undefined` means a fresh profile. */
  readonly profileDirectory: string | undefined;
  /** Aborts, with a PageDied as its reason, as soon as the browser is gone. */
  readonly died: AbortSignal;
  /** A round trip to the browser process. Never rejects. */
  ping(timeoutMs: number): Promise<boolean>;
  /** Ends it, by force where it does not end by itself, and clears up after it. In bounded time; never rejects. */
  close(): Promise<void>;
}

/** The page, or the browser under it, is gone: not the fault of whoever was using it. */
export class PageDied extends Error {
  override readonly name = 'PageDied';
}

interface ChromiumParts {
  readonly browser: Browser;
  readonly ownContext: BrowserContext;
  readonly profileDirectory: string | undefined;
  /** Kills what is left of it and removes its files. */
  readonly clearUp: () => Promise<void>;
}

const CLOSE_TIMEOUT_MS = 2000;

export function createChromium({ browser, ownContext, profileDirectory, clearUp }: ChromiumParts): Chromium {
  const death = new AbortController();
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    death.abort(new PageDied('the browser is being closed'));
    // Asked kindly first: a profile on disk is written at the end. One that hangs or is gone already is cleared up.
    await Promise.allSettled([raceAbort(ownContext.close(), AbortSignal.timeout(CLOSE_TIMEOUT_MS))]);
    await clearUp();
  }

  function close(): Promise<void> {
    // Begun a moment later: those who hear of the death close it too.
    closing ??= Promise.resolve().then(end);
    return closing;
  }

  browser.on('disconnected', () => {
    death.abort(new PageDied('the browser is gone'));
    void close();
  });

  async function ping(timeoutMs: number): Promise<boolean> {
    try {
      await raceAbort(roundTrip(browser), AbortSignal.any([death.signal, AbortSignal.timeout(timeoutMs)]));
      return true;
    } catch {
      return false;
    }
  }

  return { browser, ownContext, profileDirectory, died: death.signal, ping, close };
}

async function roundTrip(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.getVersion');
  await session.detach();
}
