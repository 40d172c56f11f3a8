import type { BrowserContext } from 'playwright-core';
import { raceAbort } from './race-abort.ts';

/** What makes a site see the same visitor again: cookies, local storage, IndexedDB, of every origin visited. */
export type Identity = Awaited<ReturnType<BrowserContext['storageState']>>;

const READ_TIMEOUT_MS = 5000;

export function readIdentity(context: BrowserContext): Promise<Identity> {
  return raceAbort(readAll(context), AbortSignal.timeout(READ_TIMEOUT_MS));
}

async function readAll(context: BrowserContext): Promise<Identity> {
  try {
    return await context.storageState({ indexedDB: true });
  } catch {
    // A database may hold what cannot be written down, a CryptoKey for one; the rest of the visitor is worth keeping.
    return context.storageState();
  }
}
