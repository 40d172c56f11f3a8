import { setTimeout as sleep } from 'node:timers/promises';

/** For what sends no event, such as another process's log line or end. */

const LOOK_INTERVAL_MS = 10;
/** Much longer than anything here takes, for a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;

/** Looks again until the check no longer fails; fails with its last reason after a while. */
export async function eventually(check: () => void | Promise<void>, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(LOOK_INTERVAL_MS);
    }
  }
}

/** Waits until it is so. */
export const until = (isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> =>
  eventually(async () => {
    if (!(await isTrue())) throw new Error(`waited in vain for ${what}`);
  }, PATIENCE_MS);
