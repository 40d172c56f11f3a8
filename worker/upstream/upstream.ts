import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios';
import { AppError, type AppErrorDetails, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { AddressRefused } from '../../shared/net/address-guard.ts';
import { NEVER_CONNECTED } from '../../shared/net/http.ts';
import { sniffMediaType } from '../../shared/picture/media-type.ts';
import { toAbortError } from '../../shared/wait.ts';
import { toExcerpt } from './excerpt.ts';
import { readRestMs, toPause } from './rate-limit-headers.ts';

/** An upstream's answer, whatever its status. */
export interface UpstreamReply {
  /** The call, for messages: `POST /api/gen/create`. */
  readonly call: string;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type UpstreamRequest = AxiosRequestConfig & {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Name of the call for messages, if its path must not be shown because it holds a prompt. */
  readonly shownAs?: string | undefined;
};

/**
 * For requests that make or cost something: each has a fresh connection. On a kept connection that the peer closes, the
 * client repeats the request although the peer may have read it, and a picture would be made and paid for twice.
 */
export const ONLY_ONCE = {
  httpAgent: new HttpAgent({ keepAlive: false }),
  httpsAgent: new HttpsAgent({ keepAlive: false }),
} as const;

/**
 * Sends one request and reads the whole answer. Throws an AppError if there is none: the signal's reason,
 * `engine_timeout`, or `engine_failed` with the system's error code (the client's own error holds headers and body).
 */
export async function callUpstream(client: AxiosInstance, request: UpstreamRequest): Promise<UpstreamReply> {
  const { shownAs = toPath(request.url), ...sent } = request;
  const call = `${(request.method ?? 'GET').toUpperCase()} ${shownAs}`;
  if (request.signal.aborted) throw toAbortError(request.signal);
  try {
    const response = await client.request<Buffer>({ ...sent, responseType: 'arraybuffer' });
    const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return { call, status: response.status, headers: Object.fromEntries(headers), body: Buffer.from(response.data) };
  } catch (error) {
    throw toTransportError(error, call, request.signal);
  }
}

/** The error for a missing answer. It has no cause, because the client's error holds the request with its headers. */
export function toTransportError(error: unknown, call: string, signal: AbortSignal): AppError {
  if (signal.aborted) return toAbortError(signal);
  if (error instanceof AppError) return error;
  const refusal = isAxiosError(error) ? error.cause : error;
  if (refusal instanceof AddressRefused) return new AppError('engine_changed', `${call}: ${refusal.message}`);
  const code = isAxiosError(error) ? (error.code ?? error.message) : 'an unexpected error';
  const isLate = code === 'ECONNABORTED' || code === 'ETIMEDOUT';
  const mayBeDone = !NEVER_CONNECTED.has(code) && !call.startsWith('GET ');
  return new AppError(isLate ? 'engine_timeout' : 'engine_failed', `${call}: ${code}`, { mayBeDone });
}

export const isSuccess = ({ status }: UpstreamReply): boolean => status >= 200 && status < 300;

/** The body as JSON, or undefined if it is not JSON. */
export function readJson(reply: UpstreamReply): unknown {
  try {
    return JSON.parse(reply.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The bytes, if their signature is that of a picture. */
export function requirePicture(bytes: Buffer, call: string): Buffer {
  if (sniffMediaType(bytes) !== undefined) return bytes;
  throw new AppError('engine_failed', `${call}: ${bytes.length} bytes came in place of a picture`, {
    publicMessage: 'The picture service answered with something that is not a picture.',
  });
}

/** A picture inside JSON: bare base64, or a `data:` URL. */
export function requireBase64Picture(text: string, call: string): Buffer {
  return requirePicture(Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64'), call);
}

interface UpstreamFailure {
  /** Default: derived from the status. */
  readonly code?: ErrorCode | undefined;
  /** What the operator or the client should do. Never an upstream's text. */
  readonly publicMessage?: string | undefined;
  /** Tokens and prompts that the reply may contain. */
  readonly secrets: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** How long to wait, if the body says so rather than a header. */
  readonly restMs?: number | undefined;
  /** Default: derived from the status. */
  readonly evidence?: AppErrorDetails['evidence'];
}

/** The error for an unexpected reply, with a short, clean excerpt for the log. */
export function toUpstreamError(reply: UpstreamReply, failure: UpstreamFailure): AppError {
  const { code = codeOfStatus(reply.status), secrets, now, restMs = readRestMs(reply.headers, now) } = failure;
  const message = `${reply.call}: ${describeReply(reply, secrets)}`;
  if (isHumanCheck(reply)) return new AppError('engine_challenge', message, toPause(restMs));
  const pause = ERRORS[code].retryable === false && restMs === undefined ? {} : toPause(restMs);
  const evidence = failure.evidence ?? (REFUSES_REQUEST.has(reply.status) ? 'none' : undefined);
  const mentions = evidence === 'none' || reply.status === 404 ? toMentions(reply) : undefined;
  return new AppError(code, message, { publicMessage: failure.publicMessage, evidence, mentions, ...pause });
}

function toMentions({ body }: UpstreamReply): (word: string) => boolean {
  const text = body.toString('utf8', 0, SEARCHED_BYTES).toLowerCase();
  return (word) => text.includes(word.toLowerCase());
}

const SEARCHED_BYTES = 20_000;

/** The upstream understood this request and refuses it. It may accept another one. */
const REFUSES_REQUEST: ReadonlySet<number> = new Set([400, 413, 422]);

export function describeReply(reply: UpstreamReply, secrets: readonly string[]): string {
  const type = reply.headers['content-type']?.split(';')[0] ?? 'no media type';
  const text = /^(image|audio|video)\/|octet-stream/.test(type) ? '' : reply.body.toString('utf8');
  return `HTTP ${reply.status} ${type}: ${toExcerpt(text, secrets)}`;
}

/** Cloudflare marks its check with a header. Older versions are recognised by the page. */
function isHumanCheck({ status, headers, body }: UpstreamReply): boolean {
  if (headers['cf-mitigated'] === 'challenge') return true;
  if (status !== 403 && status !== 503) return false;
  return /<title>Just a moment|cf-chl-|challenge-platform/i.test(body.toString('latin1', 0, 20_000));
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'engine_unauthorized',
  402: 'engine_unauthorized',
  403: 'engine_unauthorized',
  408: 'engine_timeout',
  409: 'engine_busy',
  425: 'engine_busy',
  429: 'engine_busy',
  503: 'engine_busy',
  504: 'engine_timeout',
  /** Cloudflare's status when the origin did not answer in time. */
  524: 'engine_timeout',
  529: 'engine_busy',
};

/** A server error may pass. Any other unknown status means that the upstream's API has changed. */
function codeOfStatus(status: number): ErrorCode {
  return CODES[status] ?? (status >= 500 ? 'engine_failed' : 'engine_changed');
}

/** Without the query, which may hold a prompt or a token. */
function toPath(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url.split(/[?#]/, 1).join();
}
