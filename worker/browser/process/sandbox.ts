import type { Logger } from '../../../shared/service/log.ts';

/**
 * Whether a start failed because Chromium cannot use its sandbox here. It is read from the last message of Chromium or
 * Playwright. Messages may be translated and line numbers change with versions, but the file names stay the same:
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

/** Chromium has no sandbox for root. */
export function isSandboxPossible(uid: number | undefined, log: Logger): boolean {
  if (uid !== 0) return true;
  log.warn('the worker runs as root, so Chromium runs without its sandbox: run the worker as another user to use it');
  return false;
}
