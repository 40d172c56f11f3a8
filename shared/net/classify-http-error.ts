import { AppError, type ErrorCode, toAppError } from '../errors.ts';

/** Errors of Express's own body and path parsing, by their `type` (http-errors). */
const PARSER_ERRORS: Readonly<Record<string, { code: ErrorCode; publicMessage?: string; field?: string }>> = {
  'entity.too.large': { code: 'payload_too_large' },
  'entity.parse.failed': { code: 'invalid_request', publicMessage: 'The body is not valid JSON.', field: 'body' },
  'charset.unsupported': { code: 'unsupported_media_type' },
  'encoding.unsupported': { code: 'unsupported_media_type' },
};

/** What was thrown below Express, as our error. The parser's own message may quote the body, and so the prompt. */
export function classifyHttpError(thrown: unknown): AppError {
  if (thrown instanceof AppError || !(thrown instanceof Error)) return toAppError(thrown);
  const { type = '', status = 500 } = thrown as { type?: string; status?: number };
  const known = PARSER_ERRORS[type];
  if (known !== undefined) return new AppError(known.code, `the body: ${type}`, known);
  const isUnreadable = thrown instanceof URIError || (status >= 400 && status < 500);
  if (!isUnreadable) return toAppError(thrown);
  return new AppError('invalid_request', 'an unreadable request', {
    publicMessage: 'The address is not valid UTF-8 percent-encoding.',
    field: 'path',
  });
}
