import type { ErrorRecord } from '../../../../shared/errors.ts';
import type { Run } from '../../../../shared/queue/run.ts';

/** How long records live. Durations are milliseconds, times epoch milliseconds. */

/** A run that nobody could make in this time is given up. */
export const LONGEST_WAIT_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** How a run ends that waited too long, for instance for a token that its caller never sent again. */
export const WAITED_TOO_LONG: ErrorRecord = { code: 'worker_unavailable', message: 'it waited for a day' };

/** How a run ends whose last ticket was released. */
export const NOBODY_WAITS: ErrorRecord = { code: 'cancelled', message: 'nobody waits for it any more' };

/** Tickets, names, idempotency keys and runs that never end live longer than any run waits and can be asked for. */
export const recordLifeMs = (keepMs: number, rememberMs: number): number =>
  LONGEST_WAIT_MS + Math.max(keepMs, rememberMs) + HOUR_MS;

export const endedRunExpiresAt = ({ rememberUntil = 0 }: Run, now: number, keepMs: number): number =>
  Math.max(now + keepMs, rememberUntil);

export const isRemembered = ({ status, rememberUntil = 0 }: Run, now: number): boolean =>
  status === 'done' && now < rememberUntil;
