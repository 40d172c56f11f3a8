/** Exit codes of sysexits.h where it has one; a shell's own for an interrupt. */
export const EXIT = {
  ok: 0,
  /** Refused, failed, or a file that cannot be written. */
  failed: 1,
  usage: 2,
  unreachable: 69,
  /** Busy, or a quota is used up: the same command may succeed later. */
  busy: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Details {
  /** The gateway's code. */
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  readonly cause?: unknown;
}

/** Why the command ends, as a sentence for a person. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  readonly code: string | undefined;
  readonly field: string | undefined;

  constructor(exitCode: ExitCode, message: string, { code, field, cause }: Details = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
    this.code = code;
    this.field = field;
  }
}

/** The gateway's codes that say "later". Everything else is final. */
const BUSY: ReadonlySet<string> = new Set([
  'rate_limited',
  'queue_full',
  'worker_unavailable',
  'worker_waking',
  'engine_busy',
  'engine_challenge',
  'engine_timeout',
]);

export function toExitCode(code: string | undefined): ExitCode {
  if (code === 'invalid_request') return EXIT.usage;
  return code !== undefined && BUSY.has(code) ? EXIT.busy : EXIT.failed;
}
