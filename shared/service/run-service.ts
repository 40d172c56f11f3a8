import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { config } from 'dotenv';
import { SettingsError } from './config.ts';
import type { Logger } from './log.ts';
import { returnMemory } from './return-memory.ts';
import { StartError } from './start-error.ts';

/** How both services start and end. */

/** EX_CONFIG of sysexits.h: a restart with the same settings would end the same way. */
const EXIT_CONFIG = 78;

/** The environment with the settings of `.env`, if there is one. Variables that are set already win. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  config({ quiet: true });
  return process.env;
}

export function readVersion(): string {
  // In a build this file lies one folder deeper, in dist/.
  const places = [new URL('../../package.json', import.meta.url), new URL('../../../package.json', import.meta.url)];
  for (const place of places) {
    const version = versionIn(place);
    if (version !== undefined) return version;
  }
  return 'unknown';
}

function versionIn(place: URL): string | undefined {
  try {
    return (JSON.parse(readFileSync(place, 'utf8')) as { version?: string }).version;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Files hold prompts, pictures and secrets, so only the service's own user may read them. */
const PRIVATE_UMASK = 0o077;

/** A single fault is often not the only one. */
const DOCTOR = '`npm run doctor` looks at everything else as well, and says how to mend it.';

/**
 * V8 learns which code makes objects that live long, and makes them where they are collected late. It takes the objects
 * of requests for such objects: a remembered answer then takes a sixth more processor time, and twice as many full
 * collections.
 */
const COLLECT_EARLY = '--no-allocation-site-pretenuring';
/**
 * By itself V8 collects a heap of 40 MB whenever it has grown by a fifth, which under load is twice a second. When it may
 * double, it is a quarter as often. `returnMemory` gives back what that held.
 */
const COLLECT_SELDOM = '--heap-growing-percent=100';

/** Starts a service. A fault that its operator can mend is printed as a sentence, any other with its stack. */
export async function runService(start: () => Promise<void>): Promise<void> {
  process.umask(PRIVATE_UMASK);
  setFlagsFromString(COLLECT_EARLY);
  setFlagsFromString(COLLECT_SELDOM);
  try {
    await start();
    returnMemory();
  } catch (error) {
    const isSettings = error instanceof SettingsError;
    console.error(isSettings ? `Easel cannot start. Wrong settings:\n${error.message}\n${DOCTOR}` : toReason(error));
    process.exit(isSettings ? EXIT_CONFIG : 1);
  }
}

const toReason = (error: unknown): unknown =>
  error instanceof StartError ? `Easel cannot start. ${error.message}` : error;

/** Render kills a process that has not ended after 30 s. */
const STOP_LIMIT_MS = 29_000;

interface StopOptions {
  readonly instance?: string | undefined;
  readonly survive?: (error: unknown) => boolean;
}

/**
 * The first signal (SIGTERM, SIGINT, or SIGHUP of a closed terminal) stops the service in order. A second signal, or an
 * uncaught error, ends the process at once.
 * `instance`: set by `npm start`, which holds a channel to this process. When the channel closes, the parent has died.
 * `survive`: returns true for an uncaught error that needs no end of the process.
 */
export function stopOnSignal(
  log: Logger,
  stop: () => Promise<void>,
  { instance, survive = () => false }: StopOptions = {},
): void {
  let isStopping = false;
  function begin(reason: string): void {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => {
      log.error('stopping took too long: ending at once');
      process.exit(1);
    }, STOP_LIMIT_MS);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => begin(signal));
  if (instance !== undefined) onParentEnd(() => isStopping || begin('its parent ended'));
  process.on('uncaughtException', (error) => {
    try {
      if (survive(error)) return;
      log.fatal({ err: error }, 'uncaught error: ending, so that a fresh process takes over');
    } catch {
      // If logging fails too, the process ends without a line.
    }
    process.exit(1);
  });
}

function onParentEnd(callback: () => void): void {
  process.once('disconnect', callback);
  // The parent may have died while this process started.
  if (!process.connected) callback();
}
