import type { BrowserContext, Frame, Page } from 'playwright-core';
import { raceAbort } from '../pool/race-abort.ts';

/**
 * What makes a site see the same visitor again: cookies, and the local storage of the origins that its page shows.
 * Databases are left out: a site may fill them without limit, and reading one takes all of it into memory.
 */
export type Identity = Awaited<ReturnType<BrowserContext['storageState']>>;

type Storage = Identity['origins'][number];

const READ_TIMEOUT_MS = 5000;
/** Characters of cookies and local storage together. */
const MAX_SIZE = 1024 * 1024;
const MAX_ORIGINS = 16;

/** Throws if there is more than the limits above. */
export function readIdentity(page: Page): Promise<Identity> {
  return raceAbort(readAll(page), AbortSignal.timeout(READ_TIMEOUT_MS));
}

async function readAll(page: Page): Promise<Identity> {
  const frames = new Map<string, Frame>();
  for (const frame of page.frames()) {
    const origin = toOrigin(frame.url());
    if (origin !== undefined) frames.set(origin, frame);
  }
  if (frames.size > MAX_ORIGINS) throw new Error(`the page shows ${frames.size} origins, more than ${MAX_ORIGINS}`);
  const origins = await Promise.all([...frames].map(([origin, frame]) => readStorage(origin, frame)));
  const identity = { cookies: await page.context().cookies(), origins: origins.filter(isFilled) };
  const size = JSON.stringify(identity).length;
  if (size > MAX_SIZE) throw new Error(`${size} characters are more than a visitor's ${MAX_SIZE}`);
  return identity;
}

const isFilled = ({ localStorage }: Storage): boolean => localStorage.length > 0;

function toOrigin(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
}

async function readStorage(origin: string, frame: Frame): Promise<Storage> {
  // A sandboxed frame has no storage and throws.
  const localStorage = await frame.evaluate(listStorage, MAX_SIZE).catch(() => []);
  if (localStorage === 'too much') throw new Error(`${origin} stored more than a visitor's identity can be`);
  return { origin, localStorage };
}

/** What `listStorage`, which runs in the page, uses of the page's window. */
declare const document: { readonly cookie: string };
declare const localStorage: Record<string, string>;

function listStorage(maxSize: number): { name: string; value: string }[] | 'too much' {
  // A cookie set by a script reaches the browser a moment later. Reading cookies in the frame waits for that.
  void document.cookie;
  const entries = Object.entries(localStorage);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return size > maxSize ? 'too much' : entries.map(([name, value]) => ({ name, value }));
}
