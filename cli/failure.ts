/** Exit codes: those of sysexits.h where it has one, and 130 for an interrupt, as shells have it. */
export const EXIT = {
  ok: 0,
  /** Refused, failed, or a file that cannot be written. */
  failed: 1,
  usage: 2,
  unreachable: 69,
  /** The gateway is busy or a quota is used up. The same command may succeed later. */
  busy: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Details {
  /** The error code that the gateway answered. */
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  readonly cause?: unknown;
}

/** Why the command fails, as a sentence for a person. */
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

/** Error codes of the gateway after which a later try may succeed. All others are final. */
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
