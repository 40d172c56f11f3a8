import { AppError } from '../../../shared/errors.ts';
import { raceAbort } from '../../browser/race-abort.ts';

export interface Turns {
  /** Runs the task when no other runs; first come, first served. `onWait` is called when it has to wait. */
  take<T>(options: { signal: AbortSignal; onWait: () => void }, task: () => Promise<T>): Promise<T>;
}

/**
 * One at a time, since the site makes one picture at a time for a visitor. When it asks to be left alone, whoever
 * waits here fails alike instead of asking it once more each.
 */
export function createTurns(): Turns {
  const waiting: PromiseWithResolvers<void>[] = [];
  let isTaken = false;

  function pass(): void {
    const next = waiting.shift();
    if (next === undefined) isTaken = false;
    else next.resolve();
  }

  async function wait(signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    waiting.push(turn);
    try {
      await raceAbort(turn.promise, signal);
    } catch (error) {
      const index = waiting.indexOf(turn);
      if (index >= 0) waiting.splice(index, 1);
      else if (signal.aborted) await turn.promise.then(pass, () => undefined);
      throw error;
    }
  }

  return {
    async take({ signal, onWait }, task) {
      if (isTaken) {
        onWait();
        await wait(signal);
      }
      isTaken = true;
      try {
        return await task();
      } catch (error) {
        if (error instanceof AppError && error.details.restMs !== undefined) {
          for (const turn of waiting.splice(0)) turn.reject(error);
        }
        throw error;
      } finally {
        pass();
      }
    },
  };
}
