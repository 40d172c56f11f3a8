import type { AppError } from '../../../shared/errors.ts';
import { toHostError } from '../../upstream/host-call.ts';
import { readRestMs } from '../../upstream/rate-limit-headers.ts';
import { readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import { failureSchema } from './schema.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Verdict {
  readonly advice?: string;
  readonly restMs?: number | undefined;
}

interface FailureContext {
  /** Secrets that the reply may contain and the log must not show. */
  readonly secrets: readonly string[];
  /** What the rate headers say. */
  readonly spentMs: number | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The error and how long it lasts. The HTTP status decides first, then the words. */
export function toImgurError(reply: UpstreamReply, context: FailureContext): AppError {
  return toHostError(reply, { ...judge(reply, context), secrets: context.secrets });
}

function judge(reply: UpstreamReply, { spentMs, now }: FailureContext): Verdict {
  const { status } = reply;
  const { code, message } = readFailure(reply);
  if (/over capacity/i.test(message)) {
    return {
      advice: 'Imgur says so to addresses that it blocks, too: data centres for instance',
      restMs: 10 * MINUTE_MS,
    };
  }
  if (status === 429 || code === '429' || /too fast|too many requests|requests exceeded/i.test(message)) {
    const restMs = readMinutes(message) ?? spentMs ?? readRestMs(reply.headers, now);
    return { advice: 'the rate limit of IMGUR_CLIENT_ID or of this address', restMs: restMs || HOUR_MS };
  }
  if (/actions are forbidden|uploading in your country/i.test(message)) {
    return { advice: 'Imgur does not serve this address or country', restMs: HOUR_MS };
  }
  if (status === 401 || /invalid client_id/i.test(message)) {
    return { advice: 'check IMGUR_CLIENT_ID', restMs: HOUR_MS };
  }
  return { restMs: readRestMs(reply.headers, now) };
}

function readFailure(reply: UpstreamReply): { code: string | undefined; message: string } {
  const parsed = failureSchema.safeParse(readJson(reply));
  if (!parsed.success) return { code: undefined, message: '' };
  if (typeof parsed.data === 'string') return { code: undefined, message: parsed.data };
  const { code, message = '' } = parsed.data;
  return { code: code === undefined ? undefined : String(code), message };
}

/** `You are uploading too fast. Please wait 59 more minutes.` */
function readMinutes(message: string): number | undefined {
  const minutes = /wait (\d+) more minute/i.exec(message)?.[1];
  return minutes === undefined ? undefined : Number(minutes) * MINUTE_MS;
}
