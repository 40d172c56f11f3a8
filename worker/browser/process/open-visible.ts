import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { AppError } from '../../../shared/errors.ts';
import { findExecutable } from './executable.ts';
import { visibleFlags } from './flags.ts';
import { claimProfile } from './profile-claim.ts';

export interface VisibleBrowser {
  /** Created if missing. */
  readonly profileDirectory: string;
  readonly url: string;
  /** CHROMIUM_PATH. */
  readonly executablePath?: string | undefined;
  /** The person's own environment, since the window needs their display. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the profile in a window, for a person to pass a site's check by hand, and waits until they close it. It is an
 * ordinary browser without remote control. Throws AppError `engine_failed` when there is no browser that can show a
 * window, when the profile is in use, or when the browser fails.
 */
export async function openVisible(options: VisibleBrowser): Promise<void> {
  const { url, executablePath, environment, signal } = options;
  const profileDirectory = resolve(options.profileDirectory);
  const playwrightPath = chromium.executablePath();
  const { path } = await findExecutable({ executablePath, playwrightPath, visible: true });
  await mkdir(profileDirectory, { recursive: true, mode: 0o700 });
  await claimProfile(profileDirectory);
  const sandbox = process.getuid?.() !== 0;
  const flags = [`--user-data-dir=${profileDirectory}`, ...visibleFlags({ sandbox })];
  const browser = spawn(path, [...flags, url], {
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let complaints = '';
  browser.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-2000);
  });
  const [code] = await once(browser, 'close');
  if (code !== 0) throw new AppError('engine_failed', `${path} ended with code ${code}: ${complaints.trim()}`);
}
