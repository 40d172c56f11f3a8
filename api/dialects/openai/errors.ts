import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import type { Encoded } from '../dialect.ts';

interface OpenaiKind {
  readonly type: string;
  readonly code: string;
  readonly status?: number;
}

/** Codes that OpenAI's own clients look for; all others keep Easel's code. */
const KINDS: Partial<Record<ErrorCode, OpenaiKind>> = {
  unauthorized: { type: 'invalid_request_error', code: 'invalid_api_key' },
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  // The one refusal that OpenAI answers with 400.
  prompt_refused: { type: 'image_generation_user_error', code: 'moderation_blocked', status: 400 },
};

/** OpenAI's error object. `x-should-retry` overrules what its clients would do by status alone. */
export function encodeOpenaiError(error: AppError): Encoded {
  const { field } = error.details;
  const kind = KINDS[error.code] ?? { type: toType(error.status), code: toCode(error.code, field) };
  return {
    status: kind.status ?? error.status,
    headers: { 'x-should-retry': String(error.retryable === true) },
    body: { error: { message: error.publicMessage, type: kind.type, param: field ?? null, code: kind.code } },
  };
}

/** A model that is not there has a name of its own, by which clients know what to tell their user. */
const toCode = (code: ErrorCode, field: string | undefined): string =>
  code === 'not_found' && field === 'model' ? 'model_not_found' : code;

const toType = (status: number): string => (status < 500 ? 'invalid_request_error' : 'server_error');
