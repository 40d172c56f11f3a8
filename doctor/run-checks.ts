import { AppError } from '../shared/errors.ts';
import { withDeadline } from '../shared/wait.ts';
import { type Check, type Finding, fail, warn } from './check.ts';

const TIMEOUT_MS = 15_000;

/** A finding with the time that its check took. */
export interface Result extends Finding {
  readonly ms: number;
}

/** Runs all checks at once, each with its own deadline, and keeps their order. A check that throws becomes a finding. */
export async function runChecks(checks: readonly Check[], signal: AbortSignal): Promise<readonly Result[]> {
  const results = await Promise.all(
    checks.map(async (check) => {
      const startedAt = performance.now();
      const findings = await runCheck(check, signal);
      const ms = Math.round(performance.now() - startedAt);
      return findings.map((finding) => ({ ...finding, ms }));
    }),
  );
  return results.flat();
}

async function runCheck(check: Check, signal: AbortSignal): Promise<readonly Finding[]> {
  const { subject, title, timeoutMs = TIMEOUT_MS } = check;
  const deadline = { timeoutMs, signal, code: 'engine_timeout', what: title } as const;
  try {
    return await withDeadline(deadline, (either) => runUntilAborted(either, check));
  } catch (error) {
    if (error instanceof AppError && error.code === 'engine_timeout')
      return [warn('doctor/no-answer', subject, { evidence: [`${title}: no answer in ${timeoutMs / 1000} s`] })];
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [fail('doctor/check-failed', subject, { evidence: [`${title}: ${reason}`] })];
  }
}

/** Rejects at the deadline even when the check ignores its signal. */
async function runUntilAborted(signal: AbortSignal, check: Check): Promise<readonly Finding[]> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([Promise.resolve().then(() => check.run(signal)), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
