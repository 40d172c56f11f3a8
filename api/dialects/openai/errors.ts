import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import type { Encoded } from '../dialect.ts';

interface OpenaiKind {
  readonly type: string;
  readonly code: string;
  readonly status?: number;
}

/** Codes that OpenAI's own clients know. All others keep Easel's code. */
const KINDS: Partial<Record<ErrorCode, OpenaiKind>> = {
  unauthorized: { type: 'invalid_request_error', code: 'invalid_api_key' },
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  // OpenAI answers only this refusal with 400.
  prompt_refused: { type: 'image_generation_user_error', code: 'moderation_blocked', status: 400 },
};

/** OpenAI's error object. Its clients obey `x-should-retry` before they look at the status. */
export function encodeOpenaiError(error: AppError): Encoded {
  const { field } = error.details;
  const kind = KINDS[error.code] ?? { type: toType(error.status), code: toCode(error.code, field) };
  return {
    status: kind.status ?? error.status,
    headers: { 'x-should-retry': String(error.retryable === true) },
    body: { error: { message: error.publicMessage, type: kind.type, param: field ?? null, code: kind.code } },
  };
}

/** An unknown model has a code of its own, so that clients can explain it to their user. */
const toCode = (code: ErrorCode, field: string | undefined): string =>
  code === 'not_found' && field === 'model' ? 'model_not_found' : code;

const toType = (status: number): string => (status < 500 ? 'invalid_request_error' : 'server_error');
