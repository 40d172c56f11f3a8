import { AppError } from '../shared/errors.ts';
import { withDeadline } from '../shared/wait.ts';
import { type Check, type Finding, fail, warn } from './check.ts';

const TIMEOUT_MS = 15_000;

/** A finding, and how long its check took. */
export interface Result extends Finding {
  readonly ms: number;
}

/** All at once, each with its own deadline. A check that throws is a finding of its own. In the order of the checks. */
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
    return await withDeadline(deadline, (either) => endWith(either, check));
  } catch (error) {
    if (error instanceof AppError && error.code === 'engine_timeout')
      return [warn('doctor/no-answer', subject, { evidence: [`${title}: no answer in ${timeoutMs / 1000} s`] })];
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [fail('doctor/check-failed', subject, { evidence: [`${title}: ${reason}`] })];
  }
}

/** Ends at the deadline even if the check does not heed its signal. */
async function endWith(signal: AbortSignal, check: Check): Promise<readonly Finding[]> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([Promise.resolve().then(() => check.run(signal)), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
