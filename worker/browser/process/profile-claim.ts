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
 * Makes sure that no other browser uses the profile: two would damage it. A browser whose worker was just killed ends by
 * itself after a moment, so this waits a little.
 */
export async function claimProfile(directory: string): Promise<void> {
  const deadline = performance.now() + ORPHAN_TIMEOUT_MS;
  for (;;) {
    const [user] = await findBrowsers(directory);
    if (user === undefined) break;
    if (performance.now() > deadline) {
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
 * Removes another host's lock, which a replaced container leaves behind and Chromium would respect. A lock of this host
 * whose process is gone is taken over by Chromium itself.
 */
async function removeForeignLock(directory: string): Promise<void> {
  const lock = join(directory, 'SingletonLock');
  const owner = await unlessMissing(readlink(lock));
  if (owner !== undefined && !owner.startsWith(`${hostname()}-`)) await rm(lock, { force: true });
}
