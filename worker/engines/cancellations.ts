/** Calls that end work at an upstream whose caller has left. The caller does not wait for them, but the worker's stop does. */
export interface Cancellations {
  /** The call must not reject. */
  add(call: Promise<void>): void;
  /** Resolves when all calls have ended. */
  untilEnded(): Promise<void>;
}

export function createCancellations(): Cancellations {
  const calls = new Set<Promise<void>>();
  return {
    add(call) {
      calls.add(call);
      void call.finally(() => calls.delete(call));
    },
    untilEnded: async () => {
      await Promise.all(calls);
    },
  };
}
