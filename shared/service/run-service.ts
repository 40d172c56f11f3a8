import { readFileSync } from 'node:fs';
import { config } from 'dotenv';
import { SettingsError } from './config.ts';
import type { Logger } from './log.ts';
import { StartError } from './start-error.ts';

/** What both services do the same way around their own wiring. */

/** EX_CONFIG of sysexits.h: whoever starts services need not try again with the same settings. */
const EXIT_CONFIG = 78;

/** `.env` beside the code, where there is one; what is set already wins. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  config({ quiet: true });
  return process.env;
}

export function readVersion(): string {
  // The same distance from shared/ and from dist/shared/ is not to be had: the file itself is looked for.
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

/** What a service keeps on disk is for its own user alone: prompts, pictures, secrets. */
const PRIVATE_UMASK = 0o077;

/** Runs a service's start; what its operator can mend is told as a sentence, anything else with its stack. */
export async function runService(start: () => Promise<void>): Promise<void> {
  process.umask(PRIVATE_UMASK);
  try {
    await start();
  } catch (error) {
    const isSettings = error instanceof SettingsError;
    console.error(isSettings ? `Easel cannot start. Wrong settings:\n${error.message}` : toReason(error));
    process.exit(isSettings ? EXIT_CONFIG : 1);
  }
}

const toReason = (error: unknown): unknown =>
  error instanceof StartError ? `Easel cannot start. ${error.message}` : error;

/** Render kills what has not stopped after 30 s. */
const STOP_LIMIT_MS = 29_000;

interface StopOptions {
  readonly instance?: string | undefined;
  readonly survive?: (error: unknown) => boolean;
}

/**
 * A signal to end, or a closed terminal, stops once, in order; a second one, or a broken invariant, ends at once.
 * `instance`: set by `npm start`, which holds a channel to this process: when it closes, nobody is left to stop it.
 * `survive`: says of an error that nobody caught whether it has dealt with it.
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
      log.error('the stop took too long: ending as it is');
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
      log.fatal({ err: error }, 'a bug: ending, so that a fresh process takes over');
    } catch {
      // What cannot even be logged ends the process too.
    }
    process.exit(1);
  });
}

function onParentEnd(callback: () => void): void {
  process.once('disconnect', callback);
  // It may have ended while this process started.
  if (!process.connected) callback();
}
