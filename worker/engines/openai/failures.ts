import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import { readJson, toUpstreamError, type UpstreamReply } from '../../upstream/upstream.ts';
import { errorReplySchema, type OpenaiError } from './schema.ts';

const SPENT_CODES = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active']);
const REFUSED_CODES = new Set(['moderation_blocked', 'content_policy_violation']);
/** Codes of a refusal. The last one is Pollinations'. */
const REFUSED_TYPES = new Set(['image_generation_user_error', 'safety_error']);
const REFUSED_WORDS = /safety system|content[_ ]policy/i;

const SPENT = "The image server's credit is spent: top up the account behind OPENAI_API_KEY.";
const ADVICE: Readonly<Record<number, string>> = {
  400: 'The image server does not accept a parameter of the request: check OPENAI_IMAGE_MODEL.',
  401: 'The image server does not accept the key: check OPENAI_API_KEY.',
  402: SPENT,
  403: 'The image server does not let this key use the model: it may need a verified organisation or another scope.',
  404: 'The image server has no such route or model: OPENAI_BASE_URL ends in /v1 as a rule; check OPENAI_IMAGE_MODEL.',
  429: 'The image server takes no more requests for now. Try again later.',
};

export function readError(reply: UpstreamReply): OpenaiError {
  return errorReplySchema.safeParse(readJson(reply)).data?.error ?? {};
}

const GONE_CODES = new Set(['model_not_found', 'model_deprecated']);
const GONE_WORDS = /model .{0,200}(does not exist|has been (deprecated|shut ?down|retired|removed)|is no longer)/i;

/** Whether the server knows the route but does not have the model, or no longer has it. */
export function isModelGone(reply: UpstreamReply): boolean {
  if (![400, 404, 410].includes(reply.status)) return false;
  const { code, message } = readError(reply);
  return GONE_CODES.has(String(code)) || GONE_WORDS.test((message ?? '').slice(0, 500));
}

/** The error for an answer that is not a list of pictures. `model` is the one that was asked for. */
export function toFailure(
  reply: UpstreamReply,
  secrets: readonly string[],
  { now, model }: { readonly now: number; readonly model: string | undefined },
): AppError {
  const error = readError(reply);
  if (isModelGone(reply)) {
    const publicMessage = `The image server has no model ${model ?? 'by default'} (any more): set OPENAI_IMAGE_MODEL.`;
    return toUpstreamError(reply, { code: 'engine_changed', publicMessage, evidence: 'sure', secrets, now });
  }
  const [code, publicMessage] = classify(reply, error);
  return toUpstreamError(reply, { code, publicMessage, secrets, now });
}

function classify({ status }: UpstreamReply, error: OpenaiError): [ErrorCode | undefined, string | undefined] {
  const code = String(error.code ?? '');
  const isRefused =
    REFUSED_CODES.has(code) || REFUSED_TYPES.has(error.type ?? '') || REFUSED_WORDS.test(error.message ?? '');
  if (isRefused && status >= 400 && status < 500) {
    return ['prompt_refused', "The image server's safety system refuses this prompt or its picture."];
  }
  if (SPENT_CODES.has(code)) return ['engine_unauthorized', SPENT];
  return [undefined, ADVICE[status]];
}
