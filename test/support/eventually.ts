import { setTimeout as sleep } from 'node:timers/promises';

/** For what no event tells: looks again until it holds, and fails with the last reason after a while. */
export async function eventually(check: () => void | Promise<void>, withinMs = 5000): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(5);
    }
  }
}
