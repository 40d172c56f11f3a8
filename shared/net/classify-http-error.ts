import { AppError, type AppErrorDetails, type ErrorCode, toAppError } from '../errors.ts';

/** Errors of Express's own body and path parsing, by their `type` (http-errors). */
const PARSER_ERRORS: Readonly<Record<string, { code: ErrorCode; publicMessage?: string; field?: string }>> = {
  'entity.too.large': { code: 'payload_too_large' },
  'entity.parse.failed': { code: 'invalid_request', publicMessage: 'The body is not valid JSON.', field: 'body' },
  'charset.unsupported': { code: 'unsupported_media_type', publicMessage: 'The body must be UTF-8.' },
  'encoding.unsupported': {
    code: 'unsupported_media_type',
    publicMessage: 'The body must be sent plain, or as gzip, deflate or br.',
  },
};

/** Codes for statuses that Express and its parsers answer with. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

const SENTENCES: Readonly<Record<number, string>> = {
  412: 'The picture is not the one that the request names (If-Match, If-Unmodified-Since).',
  416: 'The range begins behind the end of the picture.',
};

interface HttpError extends Error {
  readonly type?: string;
  readonly status?: number;
  /** Whether its message is meant for the client. */
  readonly expose?: boolean;
  /** Set on system errors, whose messages name paths. */
  readonly code?: string;
}

/** Turns what Express or its parsers threw into an AppError. A parser's own message may quote the body, and so the prompt. */
export function classifyHttpError(thrown: unknown): AppError {
  if (thrown instanceof AppError || !(thrown instanceof Error)) return toAppError(thrown);
  const { type = '', status = 500, expose = false, code, message }: HttpError = thrown;
  const known = PARSER_ERRORS[type];
  if (known !== undefined) return new AppError(known.code, `the body: ${type}`, known);
  if (thrown instanceof URIError) {
    return new AppError('invalid_request', 'an unreadable path', {
      publicMessage: 'The address is not valid UTF-8 percent-encoding.',
      field: 'path',
    });
  }
  if (status < 400 || status >= 500) return toAppError(thrown);
  const words = SENTENCES[status] ?? (expose && code === undefined ? toSentence(message) : undefined);
  const details: AppErrorDetails = { status, ...(words !== undefined && { publicMessage: words }) };
  return new AppError(CODES[status] ?? 'invalid_request', `HTTP itself refuses with ${status}`, details);
}

const toSentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
