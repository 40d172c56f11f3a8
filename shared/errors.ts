/** What a client learns about an error of one code. There is one table, so that a code means the same status everywhere. */
interface ErrorKind {
  readonly status: number;
  /** `later`: the same request may succeed after the upstream has recovered or a person has acted. */
  readonly retryable: boolean | 'later';
  /** The public message where the error brings none of its own. */
  readonly message: string;
}

export const ERRORS = {
  invalid_request: { status: 400, retryable: false, message: 'The request is not valid.' },
  unauthorized: { status: 401, retryable: false, message: 'An API key is missing or wrong.' },
  forbidden: { status: 403, retryable: false, message: 'This is not allowed here.' },
  not_found: { status: 404, retryable: false, message: 'There is nothing here.' },
  method_not_allowed: { status: 405, retryable: false, message: 'This address does not answer that method.' },
  payload_too_large: { status: 413, retryable: false, message: 'The request is too large.' },
  unsupported_media_type: { status: 415, retryable: false, message: 'The body must be JSON (application/json).' },
  prompt_refused: { status: 422, retryable: false, message: 'This prompt or its picture is refused.' },
  rate_limited: { status: 429, retryable: true, message: 'Too many requests.' },
  cancelled: { status: 499, retryable: false, message: 'The job was cancelled.' },
  internal: { status: 500, retryable: true, message: 'Something went wrong inside the service.' },
  engine_changed: { status: 502, retryable: false, message: 'The picture service is no longer what we know.' },
  engine_failed: { status: 502, retryable: true, message: 'The picture service failed.' },
  engine_unauthorized: {
    status: 502,
    retryable: false,
    message: 'The picture service does not accept our key, or its credit is spent.',
  },
  store_failed: { status: 502, retryable: true, message: 'The picture is finished, but no host took it. Try again.' },
  queue_full: { status: 503, retryable: true, message: 'Too many pictures are waiting. Try again soon.' },
  worker_unavailable: { status: 503, retryable: true, message: 'The picture worker cannot be reached.' },
  worker_waking: { status: 503, retryable: true, message: 'The picture worker is still starting.' },
  engine_challenge: { status: 503, retryable: 'later', message: 'The picture service asks for a human check.' },
  engine_busy: { status: 503, retryable: true, message: 'The picture service is overloaded.' },
  engine_timeout: { status: 504, retryable: true, message: 'The picture service did not answer in time.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** `internal` for an unknown code, which a newer service or older stored data may hold. */
export const toErrorCode = (code: string): ErrorCode =>
  Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'internal';

/** One wrong parameter: its public name and a sentence that says what came and what is allowed. */
export interface Fault {
  readonly field: string;
  readonly message: string;
}

/** An engine that was tried before, and the code it failed with. Answers list these. */
export interface Attempt {
  readonly engine: string;
  readonly code: ErrorCode;
}

export interface AppErrorDetails {
  /** An HTTP status that says more than the code's own: 408, 412, 416, 431. */
  readonly status?: number | undefined;
  /** Replaces the table's message. Never holds a prompt, a secret or an upstream's reply. */
  readonly publicMessage?: string | undefined;
  readonly field?: string | undefined;
  readonly faults?: readonly Fault[] | undefined;
  /** Whole seconds until a retry makes sense; at most 60, since clients ignore longer times. */
  readonly retryAfterSeconds?: number | undefined;
  /** Milliseconds for which the failed upstream asked to be left alone. */
  readonly restMs?: number | undefined;
  /**
   * What the failure says about the engine or store. `sure`: every other call would fail too (a model is gone).
   * `none`: nothing, because the caller's own request or missing token caused it. Missing: it may be chance.
   */
  readonly evidence?: 'sure' | 'none' | undefined;
  /** Whether the upstream's reply contains this word. A function, so that the reply itself reaches no log. */
  readonly mentions?: ((word: string) => boolean) | undefined;
  /** The request was sent and no answer came. The upstream may have done it and charged for it, so it is not sent again. */
  readonly mayBeDone?: boolean | undefined;
  /** Engines that failed before the job ended. */
  readonly attempts?: readonly Attempt[] | undefined;
  readonly cause?: unknown;
}

/** The only error that crosses a layer. `message` is internal: for the log, never for a client. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: AppErrorDetails;

  constructor(code: ErrorCode, internalMessage: string, details: AppErrorDetails = {}) {
    const { stackTraceLimit } = Error;
    // What a client did wrong is no bug, so nobody needs its stack, which takes longer than to find the mistake.
    if (ERRORS[code].status < 500) Error.stackTraceLimit = 0;
    super(internalMessage, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return this.details.status ?? ERRORS[this.code].status;
  }

  get retryable(): boolean | 'later' {
    return ERRORS[this.code].retryable;
  }

  get publicMessage(): string {
    return this.details.publicMessage ?? ERRORS[this.code].message;
  }
}

/** An error that lists all faults of a request; its `field` is that of the first. */
export function invalidRequest(faults: readonly Fault[]): AppError {
  const sentences = faults.map((fault) => fault.message).join(' ');
  return new AppError('invalid_request', `faults in ${faults.map((fault) => fault.field).join(', ')}`, {
    publicMessage: sentences,
    field: faults[0]?.field,
    faults,
  });
}

/** The only place that turns any thrown value into an AppError. An unknown one gets `unknownCode` and is kept as the cause for the log. */
export function toAppError(error: unknown, unknownCode: ErrorCode = 'internal'): AppError {
  if (error instanceof AppError) return error;
  if (isAbort(error)) return new AppError('cancelled', 'aborted by its signal', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  if (message === REDIS_TIMED_OUT) return queueUnavailable(error);
  return new AppError(unknownCode, message, { cause: error });
}

/** Message of the error that ioredis throws after its `commandTimeout`. */
const REDIS_TIMED_OUT = 'Command timed out';

/** The shared queue did not answer for longer than a caller waits. */
export const queueUnavailable = (cause: unknown): AppError =>
  new AppError('worker_unavailable', 'the queue could not be reached for too long', {
    publicMessage: 'The queue of this service cannot be reached. Try again soon.',
    cause,
  });

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CanceledError');
}

/** An error as plain data, as the wire and the journal carry it. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly publicMessage?: string | undefined;
  readonly field?: string | undefined;
  readonly faults?: readonly Fault[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly attempts?: readonly Attempt[] | undefined;
}

export function toErrorRecord(error: AppError): ErrorRecord {
  const { publicMessage, field, faults, retryAfterSeconds, attempts } = error.details;
  return { code: error.code, message: error.message, publicMessage, field, faults, retryAfterSeconds, attempts };
}

export function fromErrorRecord(record: ErrorRecord): AppError {
  const { code, message, ...details } = record;
  return new AppError(toErrorCode(code), message, details);
}
