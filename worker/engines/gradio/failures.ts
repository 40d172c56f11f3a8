import { AppError } from '../../../shared/errors.ts';
import { toExcerpt } from '../../upstream/excerpt.ts';

/** Words by which a Space says why it made no picture. They are looked for in at most this many characters. */
const MAX_READ_CHARACTERS = 1000;
const QUOTA = /exceeded your (?:\w+ )?GPU quota|quota exceeded|GPU limit/i;
const RETRY_IN = /(?:retry|try again) in (\d{1,3}):(\d{2}):(\d{2})/i;
const REFUSAL = /nsfw|safety|moderat|prohibited|inappropriate|not allowed/i;
const BUSY = /queue full|queue is full|too many|no gpu (?:is )?available|gpu task aborted|overloaded|rate limit/i;
/** ZeroGPU's quota returns gradually. This is the rest if the Space's sentence names no time. */
const QUOTA_REST_MS = 30 * 60_000;

/** The AppError for the sentence of a Space. */
export function toSpaceFailure(space: string, text: string, secrets: readonly string[]): AppError {
  const words = text.slice(0, MAX_READ_CHARACTERS);
  const message = `${space}: ${toExcerpt(words, secrets)}`;
  if (QUOTA.test(words)) {
    const [, hours = '', minutes = '', seconds = ''] = RETRY_IN.exec(words) ?? [];
    const namedMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    const publicMessage =
      'The free GPU time at Hugging Face is used up for now. A token (GRADIO_TOKEN) has more of it.';
    return new AppError('engine_busy', message, { publicMessage, restMs: namedMs > 0 ? namedMs : QUOTA_REST_MS });
  }
  if (REFUSAL.test(words))
    return new AppError('prompt_refused', message, { publicMessage: 'The Space refuses this prompt.' });
  if (BUSY.test(words)) return new AppError('engine_busy', message);
  // Many Spaces hide their messages, so nothing else is known.
  return new AppError('engine_failed', message, { publicMessage: 'The Space refused or failed, and did not say why.' });
}
