const HOUR_MS = 3_600_000;
const CREDITS_PER_UPLOAD = 10;

export type Credits = {
  /** Of the application, a day. */
  clientLimit: number;
  clientRemaining: number;
  /** Of the address, an hour. */
  userLimit: number;
  userRemaining: number;
  /** Uploads of the address, an hour. */
  postLimit: number;
  postRemaining: number;
};

export type CreditAccount = {
  read(): Credits;
  set(changes: Partial<Credits>): void;
  /** Why an upload would fail now, or null. */
  exhausted(): 'client' | 'user' | null;
  /** Takes what a call costs; nothing falls below zero. */
  spend(kind: 'upload' | 'call'): void;
  headers(): Record<string, string>;
  /** The body of `GET /3/credits`. */
  report(): Record<string, number>;
  clear(): void;
};

const fullCredits: Credits = {
  clientLimit: 12_500,
  clientRemaining: 12_500,
  userLimit: 500,
  userRemaining: 500,
  postLimit: 1_250,
  postRemaining: 1_250,
};

export function createCreditAccount(initial: Partial<Credits>): CreditAccount {
  const start = { ...fullCredits, ...initial };
  let credits = { ...start };
  let resetsAtMs = Date.now() + HOUR_MS;

  function report(): Record<string, number> {
    return {
      UserLimit: credits.userLimit,
      UserRemaining: credits.userRemaining,
      UserReset: Math.floor(resetsAtMs / 1000),
      ClientLimit: credits.clientLimit,
      ClientRemaining: credits.clientRemaining,
    };
  }

  return {
    read: () => ({ ...credits }),
    set(changes) {
      credits = { ...credits, ...changes };
    },
    exhausted() {
      if (credits.clientRemaining < CREDITS_PER_UPLOAD) return 'client';
      return credits.userRemaining < CREDITS_PER_UPLOAD || credits.postRemaining < 1 ? 'user' : null;
    },
    spend(kind) {
      const cost = kind === 'upload' ? CREDITS_PER_UPLOAD : 1;
      credits.clientRemaining = Math.max(0, credits.clientRemaining - cost);
      credits.userRemaining = Math.max(0, credits.userRemaining - cost);
      if (kind === 'upload') credits.postRemaining = Math.max(0, credits.postRemaining - 1);
    },
    headers() {
      const limits = Object.entries(report()).map(([name, value]) => [`X-RateLimit-${name}`, String(value)]);
      return {
        ...Object.fromEntries(limits),
        'X-Post-Rate-Limit-Limit': String(credits.postLimit),
        'X-Post-Rate-Limit-Remaining': String(credits.postRemaining),
        // Seconds from now, where X-RateLimit-UserReset is a time.
        'X-Post-Rate-Limit-Reset': String(Math.max(0, Math.ceil((resetsAtMs - Date.now()) / 1000))),
      };
    },
    report,
    clear() {
      credits = { ...start };
      resetsAtMs = Date.now() + HOUR_MS;
    },
  };
}
