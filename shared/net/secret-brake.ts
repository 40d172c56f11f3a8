import { AppError } from '../errors.ts';
import { remember } from '../remember.ts';
import type { Clock } from '../wait.ts';

const MINUTE_MS = 60_000;
const MAX_WRONG_PER_MINUTE = 20;
/** Addresses that are remembered at a time. */
const MAX_ADDRESSES = 10_000;

/** Slows down callers that guess keys. */
export interface SecretBrake {
  /**
   * Call it after each comparison; `owner` is undefined for a wrong key. Throws `rate_limited` once an address has tried
   * too many keys: for wrong ones, and for right ones that it has not used before, so that the answer does not show which.
   */
  judge(address: string, owner: string | undefined): void;
}

interface SecretBrakeOptions {
  readonly elapsed: Clock['elapsed'];
  readonly maxWrongPerMinute?: number;
}

export function createSecretBrake({
  elapsed,
  maxWrongPerMinute = MAX_WRONG_PER_MINUTE,
}: SecretBrakeOptions): SecretBrake {
  const wrong = new Map<string, { count: number; readonly until: number }>();
  /** Keys that an address has used before. They keep working if somebody else guesses at the same address. */
  const proven = new Map<string, true>();

  function triesOf(address: string): { count: number; readonly until: number } {
    const known = wrong.get(address);
    if (known !== undefined && known.until > elapsed()) return known;
    const fresh = { count: 0, until: elapsed() + MINUTE_MS };
    remember(wrong, address, fresh, MAX_ADDRESSES);
    return fresh;
  }

  return {
    judge: (address, owner) => {
      const name = `${address} ${owner}`;
      if (owner !== undefined && proven.has(name)) return;
      if (owner !== undefined && !wrong.has(address)) return remember(proven, name, true, MAX_ADDRESSES);
      const tries = triesOf(address);
      if (owner === undefined) tries.count += 1;
      if (tries.count <= maxWrongPerMinute) {
        if (owner !== undefined) remember(proven, name, true, MAX_ADDRESSES);
        return;
      }
      const retryAfterSeconds = Math.max(1, Math.ceil((tries.until - elapsed()) / 1000));
      throw new AppError('rate_limited', 'too many wrong keys from one address', {
        publicMessage: `Too many wrong keys came from this address. Try again in ${retryAfterSeconds} s.`,
        retryAfterSeconds,
      });
    },
  };
}
