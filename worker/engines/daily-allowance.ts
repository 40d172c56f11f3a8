import type { Clock } from '../../shared/wait.ts';

const DAY_MS = 86_400_000;

/** Milliseconds until the next day begins at 00:00 UTC. */
export const untilMidnightUtc = (nowMs: number): number => DAY_MS - (nowMs % DAY_MS);

export interface DailyAllowance {
  /** One picture was made. */
  use(): void;
  /** Pictures left today as counted by this process. Undefined if the allowance is not known. */
  remaining(): number | undefined;
  /** Epoch milliseconds of the next 00:00 UTC. Undefined if the allowance is not known. */
  resetsAt(): number | undefined;
}

/** Counts pictures against an upstream's free allowance for a day that begins at 00:00 UTC. */
export function createDailyAllowance(pictures: number | undefined, { now }: Pick<Clock, 'now'>): DailyAllowance {
  let day = 0;
  let used = 0;
  const today = (): number => {
    const current = Math.floor(now() / DAY_MS);
    if (current !== day) [day, used] = [current, 0];
    return used;
  };
  return {
    use: () => {
      used = today() + 1;
    },
    resetsAt: () => (pictures === undefined ? undefined : now() + untilMidnightUtc(now())),
    remaining: () => (pictures === undefined ? undefined : Math.max(0, pictures - today())),
  };
}
