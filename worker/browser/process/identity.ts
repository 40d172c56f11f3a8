import type { BrowserContext, Page } from 'playwright-core';
import { raceAbort } from '../pool/race-abort.ts';

/** What makes a site see the same visitor again: cookies, local storage, IndexedDB, of every origin visited. */
export type Identity = Awaited<ReturnType<BrowserContext['storageState']>>;

const READ_TIMEOUT_MS = 5000;

export function readIdentity(page: Page): Promise<Identity> {
  return raceAbort(readAll(page), AbortSignal.timeout(READ_TIMEOUT_MS));
}

async function readAll(page: Page): Promise<Identity> {
  // A script's cookie is on its way to the browser for a moment; a frame that reads its cookies waits for that. A
  // sandboxed frame has none and throws.
  await Promise.allSettled(page.frames().map((frame) => frame.evaluate('document.cookie')));
  const context = page.context();
  try {
    return await context.storageState({ indexedDB: true });
  } catch {
    // A database may hold what cannot be written down, a CryptoKey for one; the rest of the visitor is worth keeping.
    return context.storageState();
  }
}
