import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { BrowserContext, BrowserType } from 'playwright-core';
import { AppError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/service/log.ts';
import { raceAbort } from '../pool/race-abort.ts';
import { type Chromium, createChromium } from './chromium.ts';
import { type Door, openDoor } from './door.ts';
import { toBrowserEnvironment } from './environment.ts';
import { type Executable, findExecutable } from './executable.ts';
import { leanFlags } from './flags.ts';
import { checkFonts } from './fonts.ts';
import { giveWay, giveWayAsSessions } from './give-way.ts';
import { loadPlaywright } from './load-playwright.ts';
import { measureGroups } from './memory.ts';
import { findBrowsers, killGroups } from './process-tree.ts';
import { claimProfile } from './profile-claim.ts';
import { isSandboxFault, isSandboxPossible, quoteSandboxFault } from './sandbox.ts';
import { createWorkingDirectory, sweepWorkingDirectories, type WorkingDirectory } from './working-directory.ts';

export interface LaunchOptions {
  /** CHROMIUM_PATH. If missing, a browser is looked for. */
  readonly executablePath?: string | undefined;
  /** The worker's environment. The browser gets only what it needs. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly log: Logger;
  /** User id of the worker. Default: that of the process. */
  readonly uid?: number | undefined;
  /** Where working directories are made. Default: the system's directory for temporary files. */
  readonly temporaryDirectory?: string | undefined;
}

/** Starts one browser, on the given profile or on a fresh one. Throws AppError `engine_failed`. */
export type Launch = (profileDirectory: string | undefined, signal: AbortSignal) => Promise<Chromium>;

const LAUNCH_TIMEOUT_MS = 30_000;
const KILL_TIMEOUT_MS = 2000;

export function createLaunch(options: LaunchOptions): Launch {
  const { log, temporaryDirectory = tmpdir() } = options;
  let swept: Promise<void> | undefined;
  // For other users too, the kernel or the container may forbid it.
  let sandbox: boolean | undefined;

  return async (profileDirectory, signal) => {
    swept ??= sweepWorkingDirectories(temporaryDirectory, log);
    await swept;
    sandbox ??= isSandboxPossible(options.uid ?? process.getuid?.(), log);
    const browserType = await loadPlaywright();
    const { executablePath } = options;
    const executable = await findExecutable({ executablePath, playwrightPath: browserType.executablePath() });
    const start: Start = { browserType, executable, profileDirectory, temporaryDirectory, signal, options };
    try {
      return await launchOnce(start, sandbox);
    } catch (error) {
      if (!sandbox || !isSandboxFault(error)) throw toLaunchError(error, executable);
      log.warn(
        { reason: quoteSandboxFault(error) },
        'Chromium cannot have its sandbox on this machine: it runs without',
      );
      sandbox = false;
      return await launchOnce(start, sandbox).catch((second: unknown) => {
        throw toLaunchError(second, executable);
      });
    }
  };
}

interface Start {
  readonly browserType: BrowserType;
  readonly executable: Executable;
  readonly profileDirectory: string | undefined;
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
  readonly options: LaunchOptions;
}

async function launchOnce(start: Start, sandbox: boolean): Promise<Chromium> {
  const { profileDirectory, signal, options } = start;
  signal.throwIfAborted();
  const given = profileDirectory === undefined ? undefined : resolve(profileDirectory);
  if (given !== undefined) await claimProfile(given);
  const directory = await createWorkingDirectory(start.temporaryDirectory);
  const profile = given ?? directory.profile;
  const door = await openDoor({ environment: options.environment ?? {} });
  const abort = (): void => void killBrowsers(profile, options.log);
  signal.addEventListener('abort', abort, { once: true });
  try {
    // The abort may have come while the profile was claimed.
    signal.throwIfAborted();
    const started = startBrowser(start, { sandbox, profile, artifacts: directory.artifacts, door });
    // Playwright's own timeout does not end when it has lost the answer.
    const ownContext = await raceAbort(started, AbortSignal.timeout(LAUNCH_TIMEOUT_MS + KILL_TIMEOUT_MS));
    const groups = await findGroups(profile);
    await Promise.all([giveWay(groups), giveWayAsSessions(groups)]);
    const clearUp = () => clearUpAfter(groups, directory, door, options.log);
    const processes = { measureMb: () => measureGroups(groups), giveWay: () => giveWay(groups) };
    return await toChromium({ ownContext, profileDirectory, door, ...processes, clearUp }, options.log);
  } catch (error) {
    await killBrowsers(profile, options.log);
    await door.close();
    await directory.remove();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

interface Places {
  readonly sandbox: boolean;
  readonly profile: string;
  readonly artifacts: string;
  readonly door: Door;
}

function startBrowser(start: Start, places: Places) {
  const { executable, browserType, options } = start;
  const { sandbox, profile, artifacts, door } = places;
  return browserType.launchPersistentContext(profile, {
    executablePath: executable.path,
    args: leanFlags({ isShell: executable.isShell, sandbox }),
    env: toBrowserEnvironment(options.environment ?? {}),
    chromiumSandbox: sandbox,
    artifactsDir: artifacts,
    proxy: { server: door.url },
    acceptDownloads: false,
    timeout: LAUNCH_TIMEOUT_MS,
    // The worker closes its browser itself when it stops.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

interface Started {
  readonly ownContext: BrowserContext;
  readonly profileDirectory: string | undefined;
  readonly door: Door;
  readonly measureMb: () => Promise<number | undefined>;
  readonly giveWay: () => Promise<void>;
  readonly clearUp: () => Promise<void>;
}

async function toChromium({ ownContext, ...rest }: Started, log: Logger): Promise<Chromium> {
  const browser = ownContext.browser();
  if (browser === null) throw new Error('Playwright did not say which browser it started');
  const session = await browser.newBrowserCDPSession();
  const chromium = createChromium({ browser, session, ownContext, ...rest });
  const [blank] = ownContext.pages();
  if (blank !== undefined) await checkFonts(blank, log);
  // Every start opens a blank page, whose renderer costs 50 MB.
  await Promise.all(ownContext.pages().map((page) => page.close()));
  return chromium;
}

async function findGroups(profile: string): Promise<number[]> {
  const browsers = await findBrowsers(profile);
  return [...new Set(browsers.map((browser) => browser.group))];
}

/** Cleans up after a failed start. Its own failure is only logged, so that the first error is reported. */
async function killBrowsers(profile: string, log: Logger): Promise<void> {
  try {
    await killGroups(await findGroups(profile), KILL_TIMEOUT_MS);
  } catch (error) {
    log.warn({ err: error }, 'a browser that did not start could not be ended');
  }
}

async function clearUpAfter(
  groups: readonly number[],
  directory: WorkingDirectory,
  door: Door,
  log: Logger,
): Promise<void> {
  try {
    await door.close();
    if (!(await killGroups(groups, KILL_TIMEOUT_MS))) log.warn({ groups }, 'processes of the browser did not end');
    await directory.remove();
  } catch (error) {
    log.warn({ err: error }, 'could not clear up after the browser');
  }
}

function toLaunchError(error: unknown, executable: Executable): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('engine_failed', `${executable.path} did not start: ${reason}`, {
    publicMessage: 'The browser that paints the pictures could not be started.',
    cause: error,
  });
}
