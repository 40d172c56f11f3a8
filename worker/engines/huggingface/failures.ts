import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { readJson, toUpstreamError, type UpstreamReply } from '../../upstream/upstream.ts';
import { errorSchema } from './schema.ts';

const CREDITS =
  'The Hugging Face account has no credit left for this: buy credits, subscribe to PRO, or set another HUGGING_FACE_API_KEY.';
const notServedAt = (model: string, provider: string): string =>
  `${model} is not served at ${provider} (any more): set another HUGGING_FACE_MODEL or HUGGING_FACE_PROVIDER.`;

const ADVICE: Readonly<Record<number, string>> = {
  400: 'Hugging Face does not accept the request for this model: set another HUGGING_FACE_MODEL or HUGGING_FACE_PROVIDER.',
  401: 'Hugging Face does not accept the token: check HUGGING_FACE_API_KEY.',
  402: CREDITS,
  403: 'The Hugging Face token lacks the permission "Make calls to Inference Providers": add it, or set another HUGGING_FACE_API_KEY.',
  404: 'Hugging Face does not know this model: check HUGGING_FACE_MODEL and HUGGING_FACE_API_URL.',
  429: 'Hugging Face takes no more requests for now. Try again later.',
  503: 'The model at Hugging Face is still loading or overloaded. Try again soon.',
};

const REFUSED = 'The provider behind Hugging Face refuses this prompt or its picture.';
const NO_PICTURE = 'Hugging Face answered with a page in place of a picture: check HUGGING_FACE_API_URL.';

export const missingKey = (): AppError =>
  new AppError('engine_unauthorized', 'huggingface: HUGGING_FACE_API_KEY is not set', {
    publicMessage: 'The huggingface engine needs a token: set HUGGING_FACE_API_KEY.',
    // Another caller may send a token.
    evidence: 'none',
  });

export const notServed = (model: string, provider: string): AppError =>
  new AppError('engine_changed', `huggingface: the hub lists no text-to-image mapping for ${provider}`, {
    publicMessage: notServedAt(model, provider),
    evidence: 'sure',
  });

const GONE_WORDS = /not supported by provider|no longer supported/i;

/** Whether the provider does not have the model, or no longer has it. */
export function isModelGone(reply: UpstreamReply): boolean {
  if (reply.status === 404 || reply.status === 410) return true;
  return reply.status === 400 && GONE_WORDS.test(toWords(reply));
}

function toWords(reply: UpstreamReply): string {
  const said = errorSchema.safeParse(readJson(reply)).data;
  return [said?.error, said?.message, JSON.stringify(said?.detail)].join(' ');
}

/** The error for an answer without a picture by that model at that provider. */
export function toFailure(
  reply: UpstreamReply,
  secrets: readonly string[],
  { now, model, provider }: { readonly now: number; readonly model: string; readonly provider: string },
): AppError {
  if (isModelGone(reply) && reply.status !== 404) {
    const publicMessage = notServedAt(model, provider);
    return toUpstreamError(reply, { code: 'engine_changed', evidence: 'sure', publicMessage, secrets, now });
  }
  const said = errorSchema.safeParse(readJson(reply)).data;
  const seconds = said?.estimated_time ?? undefined;
  const restMs = seconds === undefined ? undefined : seconds * 1000;
  const [code, publicMessage] = classify(reply, toWords(reply));
  return toUpstreamError(reply, { code, publicMessage, secrets, now, restMs });
}

function classify({ status, headers }: UpstreamReply, text: string): [ErrorCode | undefined, string | undefined] {
  const isClientError = status >= 400 && status < 500;
  if (isClientError && /nsfw|safety|content[_ ]policy|moderat/i.test(text)) return ['prompt_refused', REFUSED];
  if (/pay-as-you.go|included credits/i.test(text)) return ['engine_unauthorized', CREDITS];
  if (status >= 200 && status < 300) {
    return ['engine_changed', headers['content-type']?.includes('html') === true ? NO_PICTURE : undefined];
  }
  return [undefined, ADVICE[status]];
}
