import type { Logger } from '../../../shared/service/log.ts';

/**
 * Whether a start failed because Chromium cannot have its sandbox here, going by the last words of Chromium, or of
 * Playwright for it. They come translated, and with another line number in every version; the names of the files that
 * say them last:
 *
 * - `FATAL:credentials.cc(127)] Check failed: . : Permission denied (13)`: AppArmor (Ubuntu since 23.10) lets the
 *   namespace be made and then gives no rights in it. `Function not implemented (38)`: a profile of seccomp.
 * - `Failed to move to new namespace: … errno = Operation not permitted`, then
 *   `FATAL:zygote_host_impl_linux.cc(207)] Check failed: . : Invalid argument (22)`: Docker's profile, gVisor.
 * - `FATAL:zygote_host_impl_linux.cc(132)] No usable sandbox!`: user namespaces are switched off.
 * - `The SUID sandbox helper binary was found, but is not configured correctly`.
 * - `Running as root without --no-sandbox is not supported`.
 */
export function isSandboxFault(error: unknown): error is Error {
  return error instanceof Error && SANDBOX_FAULTS.some((pattern) => pattern.test(error.message));
}

const SANDBOX_FAULTS = [
  /FATAL:\S{0,100}(?:credentials|zygote|namespace|sandbox)\w{0,50}\.cc/,
  /sandboxing failed|usable sandbox|move to new namespace|SUID sandbox|setuid sandbox|without --no-sandbox/i,
];

/** The line of an error that names the fault, for the log. */
export function quoteSandboxFault({ message }: Error): string {
  return (
    message
      .split('\n')
      .find((line) => SANDBOX_FAULTS.some((pattern) => pattern.test(line)))
      ?.trim() ?? message
  );
}

/** Root cannot have it at all. */
export function isSandboxPossible(uid: number | undefined, log: Logger): boolean {
  if (uid !== 0) return true;
  log.warn('the worker runs as root: Chromium runs without its sandbox. Run the worker as another user to have it');
  return false;
}
