import { raceAbort } from './race-abort.ts';

/** Lets one at a time through by name, first come first served; the answer is called to end the turn. */
export type TakeTurn = (name: string, signal: AbortSignal) => Promise<() => void>;

export function createTurns(): TakeTurn {
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
