import { AppError } from '../../../shared/errors.ts';
import { toExcerpt } from '../../upstream/excerpt.ts';
import { toHostError } from '../../upstream/host-call.ts';
import type { Probe } from '../../upstream/probe.ts';
import { readRestMs } from '../../upstream/rate-limit-headers.ts';
import type { UpstreamReply } from '../../upstream/upstream.ts';

const SLOW_DOWN_MS = 30_000;
const MISCONFIGURED_MS = 5 * 60_000;

const KEYS = 'check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY and what they may do';
const PLACE = 'check S3_ENDPOINT and S3_REGION';

/** What the operator should do, by the codes of the S3 API ("List of error codes"); unknown ones stay as they are. */
const ADVICE: Readonly<Record<string, string>> = {
  AccessDenied: KEYS,
  AccountProblem: 'the account is closed or unpaid',
  AuthorizationHeaderMalformed: PLACE,
  EntityTooLarge: 'the picture is larger than the host takes',
  InvalidAccessKeyId: KEYS,
  NoSuchBucket: 'check S3_BUCKET',
  PermanentRedirect: PLACE,
  QuotaExceeded: 'the bucket is full',
  RequestTimeTooSkewed: "check this machine's clock",
  SignatureDoesNotMatch: KEYS,
  TemporaryRedirect: PLACE,
};

/** Errors are XML; only its code and message are read, since the rest repeats keys and what was signed. */
export function toS3Error(reply: UpstreamReply, secrets: readonly string[], now: number): AppError {
  const xml = reply.body.toString('utf8');
  const code = readElement(xml, 'Code');
  const namedRestMs = readRestMs(reply.headers, now);
  if (code === undefined) {
    const restMs = namedRestMs ?? (reply.status === 429 ? SLOW_DOWN_MS : undefined);
    return toHostError(reply, { secrets, restMs, advice: 'not an answer of the S3 API' });
  }
  const advice = ADVICE[code];
  const words = toExcerpt(readElement(xml, 'Message') ?? '', secrets);
  const hint = advice === undefined ? '' : ` (${advice})`;
  const isSlowDown = reply.status === 429 || /^(SlowDown|TooManyRequests|ServiceUnavailable)/.test(code);
  const restMs = namedRestMs ?? (isSlowDown ? SLOW_DOWN_MS : advice === undefined ? undefined : MISCONFIGURED_MS);
  const safeCode = toExcerpt(code, secrets);
  return new AppError('store_failed', `${reply.call}: HTTP ${reply.status} ${safeCode}: ${words}${hint}`, { restMs });
}

/** Codes that say that keys, bucket or place are wrong, so that no upload would do. */
const REFUSALS: ReadonlySet<string> = new Set([
  'AccountProblem',
  'AuthorizationHeaderMalformed',
  'InvalidAccessKeyId',
  'NoSuchBucket',
  'PermanentRedirect',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TemporaryRedirect',
]);

/** What the answer to a signed GET of an object that is not there says. Throws for one that is no answer of the S3 API. */
export function judgeProbe(reply: UpstreamReply, secrets: readonly string[], now: number): Probe {
  const code = readElement(reply.body.toString('utf8'), 'Code');
  if (reply.status === 404 && code === 'NoSuchKey') return { authorized: 'yes' };
  // If a key may put, but not read or list, S3 does not say whether the object is there.
  if (code === 'AccessDenied')
    return { authorized: 'unasked', notes: ['the key may not read the bucket; whether it may put is not known'] };
  const { message } = toS3Error(reply, secrets, now);
  if (code !== undefined && REFUSALS.has(code)) return { authorized: 'no', notes: [message] };
  throw toS3Error(reply, secrets, now);
}

const readElement = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
