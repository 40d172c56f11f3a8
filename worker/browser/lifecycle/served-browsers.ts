import type { Chromium } from '../process/chromium.ts';
import type { Liveness } from './liveness.ts';
import type { WatchMemory } from './memory-guard.ts';

/** The right to use the browser. While any lease is held, that browser stays up and its liveness and memory are watched. */
export interface Lease {
  readonly chromium: Chromium;
  release(): void;
}

/** The browser that takes new leases, and retired ones that stay up until their last lease is released. */
export interface ServedBrowsers {
  /** The one that takes new leases. */
  current(): Chromium | undefined;
  /** Makes a browser the current one. It leaves by itself when it dies. */
  add(chromium: Chromium): void;
  /** A lease on the current browser. Undefined if there is none. */
  lease(): Lease | undefined;
  /** Takes the current browser out of service. It is closed when its last lease is released. */
  retire(): void;
  /** Kills every browser at once. Returns whether there was one. */
  kill(): boolean;
  /** Starts to close every browser at once. */
  close(): void;
  /** Resolves when all browsers that are being closed have ended. */
  ended(): Promise<void>;
}

interface ServedOptions {
  readonly liveness: Liveness;
  readonly watchMemory: WatchMemory;
  /** A browser in service has died, rather than been closed. */
  readonly onDeath: (chromium: Chromium) => void;
}

interface Entry {
  readonly chromium: Chromium;
  holders: number;
  watch: AbortController;
}

export function createServedBrowsers({ liveness, watchMemory, onDeath }: ServedOptions): ServedBrowsers {
  const serving = new Set<Entry>();
  const closing = new Set<Promise<void>>();
  let current: Entry | undefined;
  let isClosing = false;

  function leave(entry: Entry): void {
    if (current === entry) current = undefined;
    if (entry.holders > 0 && !entry.chromium.died.aborted) return;
    if (!serving.delete(entry)) return;
    entry.watch.abort();
    const end = entry.chromium.close().then(() => {
      closing.delete(end);
    });
    closing.add(end);
  }

  function release(entry: Entry): void {
    entry.holders -= 1;
    if (entry.holders === 0) entry.watch.abort();
    if (current !== entry) leave(entry);
  }

  return {
    current: () => current?.chromium,
    add: (chromium) => {
      const entry: Entry = { chromium, holders: 0, watch: new AbortController() };
      current = entry;
      serving.add(entry);
      const end = (): void => {
        // One that is being closed has left the service before it dies.
        if (serving.has(entry) && !isClosing) onDeath(chromium);
        leave(entry);
      };
      if (chromium.died.aborted) end();
      else chromium.died.addEventListener('abort', end, { once: true });
    },
    lease: () => {
      const entry = current;
      if (entry === undefined) return undefined;
      entry.holders += 1;
      if (entry.holders === 1) {
        entry.watch = new AbortController();
        void liveness.watch(entry.chromium, entry.watch.signal);
        void watchMemory(entry.chromium, entry.watch.signal);
      }
      return { chromium: entry.chromium, release: () => release(entry) };
    },
    retire: () => {
      if (current !== undefined) leave(current);
    },
    kill: () => {
      const alive = [...serving].filter(({ chromium }) => !chromium.died.aborted);
      for (const { chromium } of alive) void chromium.kill();
      return alive.length > 0;
    },
    close: () => {
      isClosing = true;
      for (const { chromium } of serving) void chromium.close();
    },
    ended: async () => {
      await Promise.all(closing);
    },
  };
}
