import { mkdtemp, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'node:test';
import { createLog, type Logger } from '../../../shared/service/log.ts';
import { type Clock, systemClock } from '../../../shared/wait.ts';
import type { BrowserPages, PageRecipe, PageUse } from '../../../worker/browser/pages.ts';
import { findBrowsers, listProcesses } from '../../../worker/browser/process/process-tree.ts';
import { createBrowserSupervisor, type SupervisorOptions } from '../../../worker/browser/supervisor.ts';
import { commandOf } from '../../support/proc.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

export interface Stage {
  readonly pages: BrowserPages;
  /** Directory in which the browser's working directories are made. */
  readonly directory: string;
  /** Lines of the log, parsed. */
  readonly logged: { readonly msg: string }[];
  /** Process id of the running browser. */
  browserPid(): Promise<number>;
  rendererPids(): Promise<number[]>;
  /** Processes of all browsers that were started here. */
  processesLeft(): Promise<number[]>;
  directoriesLeft(): Promise<string[]>;
  close(): Promise<void>;
}

/** A supervisor of a real browser (CHROMIUM_PATH chooses it), with its own temporary directory. */
export async function createStage(options: Partial<SupervisorOptions> = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-test-'));
  const { log, logged } = createRecorder();
  const pages = createBrowserSupervisor({
    executablePath: process.env.CHROMIUM_PATH,
    restartAfterPages: 0,
    idleShutdownMs: 0,
    meter: async () => undefined,
    clock: systemClock,
    log,
    temporaryDirectory: directory,
    ...options,
  });

  const groups = new Set<number>();
  async function browserPid(): Promise<number> {
    for (const name of await readdir(directory)) {
      const [browser] = await findBrowsers(join(directory, name, 'profile'));
      if (browser === undefined) continue;
      groups.add(browser.group);
      return browser.pid;
    }
    throw new Error('no browser runs');
  }

  async function processesLeft(): Promise<number[]> {
    return (await listProcesses()).filter((entry) => groups.has(entry.group)).map((entry) => entry.pid);
  }

  async function rendererPids(): Promise<number[]> {
    await browserPid();
    return (await processesLeft()).filter((pid) => commandOf(pid).includes('--type=renderer'));
  }

  return {
    pages,
    directory,
    logged,
    browserPid,
    rendererPids,
    processesLeft,
    directoriesLeft: () => readdir(directory),
    close: async () => {
      await pages.stop();
      await removeDirectory(directory);
    },
  };
}

/** Opens stages that are closed after the test. Call it within `describe`. */
export function openStages(): typeof createStage {
  const stages: Stage[] = [];
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.close();
  });
  return async (options) => {
    const stage = await createStage(options);
    stages.push(stage);
    return stage;
  };
}

function createRecorder(): { log: Logger; logged: { msg: string }[] } {
  const logged: { msg: string }[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line));
  return { log: createLog({ service: 'test', level: 'debug', destination: { write } }), logged };
}

export interface TestRecipe extends PageRecipe {
  /** Numbers of preparations that were begun, and that succeeded. */
  preparations: number;
  prepared: number;
}

export function createRecipe(changes: Partial<PageRecipe> = {}): TestRecipe {
  const recipe: TestRecipe = {
    name: 'blank',
    keepsIdentity: false,
    trustedHosts: ['127.0.0.1', 'localhost'],
    maxAgeMs: 60_000,
    preparations: 0,
    prepared: 0,
    ...changes,
    prepare: async (page, context) => {
      recipe.preparations += 1;
      await changes.prepare?.(page, context);
      recipe.prepared += 1;
    },
  };
  return recipe;
}

/** A caller that never gives up, and records the stages. */
export function createUse(signal = new AbortController().signal): PageUse & { readonly stages: string[] } {
  const stages: string[] = [];
  return { signal, stages, onProgress: ({ stage }) => stages.push(stage) };
}

/** Begins that many tasks, each on a page of its own, and ends them together. */
export async function useAtOnce(pages: BrowserPages, recipe: PageRecipe, count: number): Promise<void> {
  const allBegun = Promise.withResolvers<void>();
  let begun = 0;
  const task = async (): Promise<void> => {
    begun += 1;
    if (begun === count) allBegun.resolve();
    await allBegun.promise;
  };
  await Promise.all(Array.from({ length: count }, () => pages.use(recipe, task, createUse())));
}

export interface TestClock extends Clock {
  advance(milliseconds: number): void;
  /** Milliseconds left of each wait. */
  waits(): number[];
}

/** A clock that stands still until it is advanced. */
export function createTestClock(): TestClock {
  let now = 1_000_000;
  const waits = new Set<{ at: number; resolve: () => void }>();
  return {
    now: () => now,
    elapsed: () => now,
    waits: () => [...waits].map(({ at }) => at - now),
    wait: (milliseconds, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const entry = { at: now + milliseconds, resolve };
      if (signal?.aborted) reject(signal.reason);
      else waits.add(entry);
      signal?.addEventListener('abort', () => {
        waits.delete(entry);
        reject(signal.reason);
      });
      return promise;
    },
    advance: (milliseconds) => {
      now += milliseconds;
      for (const entry of [...waits].filter(({ at }) => at <= now)) {
        waits.delete(entry);
        entry.resolve();
      }
    },
  };
}

/** Waits for a change that sends no event, such as the end of a process that is no child. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`in vain waited for: ${what}`);
    await systemClock.wait(10);
  }
}

export interface Site {
  readonly url: string;
  readonly visits: () => number;
  close(): Promise<void>;
}

/** Adds one to every count that the site keeps of its visitor, and resolves with the earlier counts. */
const VISITOR_PAGE = `<!doctype html><title>site</title>hello
<script>
  const finish = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  async function visit() {
    const opening = indexedDB.open('visitor', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('notes');
    const notes = (await finish(opening)).transaction('notes', 'readwrite').objectStore('notes');
    const noted = (await finish(notes.get('visits'))) ?? null;
    const found = { cookie: document.cookie, stored: localStorage.getItem('visits'), noted };
    const visits = Number(found.stored) + 1;
    localStorage.setItem('visits', visits);
    document.cookie = 'visits=' + visits + '; max-age=3600';
    await finish(notes.put(visits, 'visits'));
    return found;
  }
</script>`;

/** A page of one origin that says hello. */
export async function createSite(): Promise<Site> {
  let visits = 0;
  const server = createServer((_, response) => {
    visits += 1;
    response.setHeader('content-type', 'text/html').end(VISITOR_PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    visits: () => visits,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
