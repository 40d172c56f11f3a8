import { readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../shared/errors.ts';
import { unlessMissing } from '../../../shared/files/write-file-atomically.ts';
import { findBrowsers } from './process-tree.ts';

const ORPHAN_TIMEOUT_MS = 2000;
const POLL_MS = 50;

/**
 * Makes sure that no other browser uses a profile that a person passed a check in: two would spoil it. A browser whose
 * worker was just killed ends by itself in a moment.
 */
export async function claimProfile(directory: string): Promise<void> {
  const deadline = Date.now() + ORPHAN_TIMEOUT_MS;
  for (;;) {
    const [user] = await findBrowsers(directory);
    if (user === undefined) break;
    if (Date.now() > deadline) {
      throw new AppError(
        'engine_failed',
        `the browser profile ${directory} is in use by process ${user.pid}: close it`,
      );
    }
    await delay(POLL_MS);
  }
  await removeForeignLock(directory);
}

/**
 * Chromium refuses a profile that was locked on another host, as a container that was replaced leaves it. A lock of
 * this host with no process behind it, Chromium takes over by itself.
 */
async function removeForeignLock(directory: string): Promise<void> {
  const lock = join(directory, 'SingletonLock');
  const owner = await unlessMissing(readlink(lock));
  if (owner !== undefined && !owner.startsWith(`${hostname()}-`)) await rm(lock, { force: true });
}
