import { setTimeout as delay } from 'node:timers/promises';

const LOOK_INTERVAL_MS = 20;
/** Much longer than anything here takes, for a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;

/** Waits for what sends no event, such as another process's log line or end. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(LOOK_INTERVAL_MS);
  }
}
