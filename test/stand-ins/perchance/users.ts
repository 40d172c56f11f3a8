import { randomBytes } from 'node:crypto';

type User = {
  address: string;
  browserId: string;
  /** Settles when the running generation of this key has ended. Null if none runs. */
  running: Promise<void> | null;
};

export type Users = {
  /** The key of this visitor, or null before a verification. */
  findKey(address: string, browserId: string): string | null;
  issueKey(address: string, browserId: string): string;
  /** A key is only good from the address that it was issued to. */
  isValid(userKey: string, address: string): boolean;
  revoke(userKey: string): void;
  running(userKey: string): Promise<void> | null;
  /** Marks a generation as running until the returned function is called. */
  begin(userKey: string): () => void;
  clear(): void;
};

/** Verified visitors. Address and browser id identify a visitor, and each has one key. */
export function createUsers(): Users {
  const users = new Map<string, User>();

  return {
    findKey(address, browserId) {
      for (const [userKey, user] of users) {
        if (user.address === address && user.browserId === browserId) return userKey;
      }
      return null;
    },
    issueKey(address, browserId) {
      const userKey = randomBytes(32).toString('hex');
      users.set(userKey, { address, browserId, running: null });
      return userKey;
    },
    isValid: (userKey, address) => users.get(userKey)?.address === address,
    revoke: (userKey) => users.delete(userKey),
    running: (userKey) => users.get(userKey)?.running ?? null,
    begin(userKey) {
      const user = users.get(userKey);
      const { promise, resolve } = Promise.withResolvers<void>();
      if (user) user.running = promise;
      return () => {
        if (user?.running === promise) user.running = null;
        resolve();
      };
    },
    clear: () => users.clear(),
  };
}
