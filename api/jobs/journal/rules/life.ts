import type { ErrorRecord } from '../../../../shared/errors.ts';
import type { Run } from '../../../../shared/queue/run.ts';

/** How long records live. Durations are milliseconds, times epoch milliseconds. */

/** A run that no worker could make within this time fails. */
export const LONGEST_WAIT_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Error of a run that waited too long, for instance for a token that its caller did not send again. */
export const WAITED_TOO_LONG: ErrorRecord = { code: 'worker_unavailable', message: 'it waited for a day' };

/** Error of a run whose last ticket was released. */
export const NOBODY_WAITS: ErrorRecord = { code: 'cancelled', message: 'nobody waits for it any more' };

/** Life of tickets, names, idempotency keys and runs that never end: longer than any run waits and can be read. */
export const recordLifeMs = (keepMs: number, rememberMs: number): number =>
  LONGEST_WAIT_MS + Math.max(keepMs, rememberMs) + HOUR_MS;

export const endedRunExpiresAt = ({ rememberUntil = 0 }: Run, now: number, keepMs: number): number =>
  Math.max(now + keepMs, rememberUntil);

export const isRemembered = ({ status, rememberUntil = 0 }: Run, now: number): boolean =>
  status === 'done' && now < rememberUntil;
