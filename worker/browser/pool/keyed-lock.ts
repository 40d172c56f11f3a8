import { raceAbort } from './race-abort.ts';

/** Waits for the lock of this name, first come first served. Resolves with the function that unlocks it. */
export type KeyedLock = (name: string, signal: AbortSignal) => Promise<() => void>;

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();

  return async (name, signal) => {
    const before = tails.get(name) ?? Promise.resolve();
    const mine = Promise.withResolvers<void>();
    tails.set(
      name,
      before.then(() => mine.promise),
    );
    try {
      await raceAbort(before, signal);
    } catch (error) {
      mine.resolve();
      throw error;
    }
    return mine.resolve;
  };
}
