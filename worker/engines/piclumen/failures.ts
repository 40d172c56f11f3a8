import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { toExcerpt } from '../../upstream/excerpt.ts';
import { toUpstreamError, type UpstreamReply } from '../../upstream/upstream.ts';

const ADVICE: Partial<Record<ErrorCode, string>> = {
  engine_unauthorized:
    'Piclumen does not accept the token, or its Lumens are spent: send a fresh authorization_token, or set PICLUMEN_TOKEN.',
  engine_busy: 'Piclumen takes no more requests for now. Try again later.',
  engine_changed: 'Piclumen no longer answers the way it did: check PICLUMEN_API_URL and PICLUMEN_MODEL_ID.',
  engine_failed: 'Piclumen failed to make the picture. Try again.',
  prompt_refused: 'Piclumen refuses this prompt.',
};

/** Piclumen has no published codes. A failure is only a text, so its words decide, and others are `engine_failed`. */
const WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/nsfw|sensitive|prohibit|violat|inappropriate|moderation|illegal (word|content)/i, 'prompt_refused'],
  [/token|log ?in|unauthori[sz]ed|authentication/i, 'engine_unauthorized'],
  [/lumen|credit|balance|insufficient|subscri|membership|quota/i, 'engine_unauthorized'],
  [/too many|too frequent|frequently|busy|concurren|queue|try again later|limit/i, 'engine_busy'],
];

export const NEEDS_TOKEN = 'Piclumen needs a token: send authorization_token, or set PICLUMEN_TOKEN.';

export const missingToken = (): AppError =>
  new AppError('engine_unauthorized', 'piclumen: no token of the caller and PICLUMEN_TOKEN is not set', {
    publicMessage: NEEDS_TOKEN,
    // Another caller may send a token.
    evidence: 'none',
  });

/** The error for a refusal in words: `message` of an answer whose status is not 0, or `info` of a failed task. */
export function toTextFailure(call: string, text: string, secrets: readonly string[]): AppError {
  const code = WORDS.find(([words]) => words.test(text))?.[1] ?? 'engine_failed';
  return new AppError(code, `${call}: ${toExcerpt(text, secrets)}`, { publicMessage: ADVICE[code] });
}

export function toReplyFailure(reply: UpstreamReply, secrets: readonly string[], now: number): AppError {
  const { code } = toUpstreamError(reply, { secrets, now });
  return toUpstreamError(reply, { secrets, now, code, publicMessage: ADVICE[code] });
}

/** The error for an HTTP success whose body is not what the API promises. */
export function toShapeFailure(reply: UpstreamReply, secrets: readonly string[], now: number): AppError {
  const code = 'engine_changed';
  return toUpstreamError(reply, { secrets, now, code, publicMessage: ADVICE[code] });
}
