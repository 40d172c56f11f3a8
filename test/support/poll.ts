import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for things that send no event, such as another process's log line or end. */

const LOOK_INTERVAL_MS = 10;
/** Much longer than any wait here takes, because other tests may keep the machine busy. */
const PATIENCE_MS = 60_000;

/** Repeats the check until it passes. After `withinMs` it fails with the last reason. */
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

/** Waits until the condition is true. */
export const until = (isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> =>
  eventually(async () => {
    if (!(await isTrue())) throw new Error(`waited in vain for ${what}`);
  }, PATIENCE_MS);
