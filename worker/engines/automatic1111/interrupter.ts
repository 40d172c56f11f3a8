import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Automatic1111Server } from './server.ts';

const LOOK_MS = 1000;
/** A request that was just sent may not be in the server's queue yet, so it is looked for again. */
const MAX_UNSEEN = 3;
const GIVE_UP_MS = 10 * 60_000;

interface InterrupterOptions {
  readonly server: Automatic1111Server;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Interrupts tasks whose caller has left, in the background. The server interrupts whichever task runs, so it is asked
 * only while it says that our task runs. Until then the waiting task is watched. A server that cannot distinguish tasks
 * is not asked: our task runs to its end, and no other task is interrupted.
 */
export function createInterrupter({ server, clock, log }: InterrupterOptions) {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function interruptWhenRunning(taskId: string): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(GIVE_UP_MS)]);
    for (let unseen = 0; unseen < MAX_UNSEEN; ) {
      const { state } = await server.lookAt(taskId, { signal, withPreview: false });
      if (state === 'running') return server.interrupt(signal);
      if (state === 'done' || state === 'hidden') return;
      if (state === 'unseen') unseen += 1;
      await clock.wait(LOOK_MS, signal);
    }
  }

  return {
    interrupt(taskId: string): void {
      const ending = interruptWhenRunning(taskId).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'unknown';
        log.debug({ engine: 'automatic1111', reason }, 'a cancelled task could not be stopped');
      });
      running.add(ending);
      void ending.then(() => running.delete(ending));
    },
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
