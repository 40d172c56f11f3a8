export type Concurrency = {
  /** The most `POST /generate` calls open at one moment, refused ones included. */
  highest: number;
  highestByUserKey: Record<string, number>;
};

export type ConcurrencyMeter = {
  /** Counts a call until the returned function is called. */
  enter(userKey: string): () => void;
  read(): Concurrency;
  clear(): void;
};

export function createConcurrencyMeter(): ConcurrencyMeter {
  let open = 0;
  let highest = 0;
  const openByUserKey = new Map<string, number>();
  const highestByUserKey = new Map<string, number>();

  return {
    enter(userKey) {
      open += 1;
      highest = Math.max(highest, open);
      const openForKey = (openByUserKey.get(userKey) ?? 0) + 1;
      openByUserKey.set(userKey, openForKey);
      highestByUserKey.set(userKey, Math.max(highestByUserKey.get(userKey) ?? 0, openForKey));
      return () => {
        open -= 1;
        openByUserKey.set(userKey, (openByUserKey.get(userKey) ?? 1) - 1);
      };
    },
    read: () => ({ highest, highestByUserKey: Object.fromEntries(highestByUserKey) }),
    clear() {
      highest = open;
      highestByUserKey.clear();
    },
  };
}
