import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios';
import { AppError, type AppErrorDetails } from '../../shared/errors.ts';
import { createHttpClient, NEVER_CONNECTED } from '../../shared/net/http.ts';
import { toAbortError } from '../../shared/wait.ts';
import { describeReply, type UpstreamReply } from './upstream.ts';

/** Calls to picture hosts over HTTP. */

/** A host answers with a few hundred bytes. More is a web page or a mistake. */
const MAX_REPLY_BYTES = 1024 * 1024;

/**
 * Without kept connections: a request on one that the peer has just closed would be sent again, and an upload whose
 * outcome is unknown must not be repeated.
 */
export function createHostClient(): AxiosInstance {
  return createHttpClient({
    httpAgent: new HttpAgent({ keepAlive: false }),
    httpsAgent: new HttpsAgent({ keepAlive: false }),
    maxContentLength: MAX_REPLY_BYTES,
    maxBodyLength: Number.POSITIVE_INFINITY,
    // The caller's signal is the deadline.
    timeout: 0,
  });
}

interface HostCall extends AxiosRequestConfig {
  readonly url: string;
  readonly signal: AbortSignal;
}

/** Sends once and reads the answer, whatever its status. Throws the signal's reason, or `store_failed`. */
export async function callHost(client: AxiosInstance, call: string, request: HostCall): Promise<UpstreamReply> {
  if (request.signal.aborted) throw toAbortError(request.signal);
  try {
    const response = await client.request<Buffer>({ ...request, responseType: 'arraybuffer' });
    const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return { call, status: response.status, headers: Object.fromEntries(headers), body: Buffer.from(response.data) };
  } catch (error) {
    if (request.signal.aborted) throw toAbortError(request.signal);
    // The client's own error is left out, because it holds the request's headers and address with secrets.
    const reason = isAxiosError(error) ? (error.code ?? 'an unknown transport error') : 'an unexpected error';
    const what = NEVER_CONNECTED.has(reason)
      ? `the host could not be reached (${reason})`
      : `no whole answer (${reason}); whether it was done is unknown`;
    throw new AppError('store_failed', `${call}: ${what}`);
  }
}

interface HostFailure extends Pick<AppErrorDetails, 'restMs'> {
  /** What the operator should know or do. */
  readonly advice?: string | undefined;
  /** Keys and tokens that the reply may echo. */
  readonly secrets: readonly string[];
}

/** The error for a reply that is no success or cannot be parsed, with a clean excerpt for the log. */
export function toHostError(reply: UpstreamReply, { advice, secrets, restMs }: HostFailure): AppError {
  const hint = advice === undefined ? '' : ` (${advice})`;
  return new AppError('store_failed', `${reply.call}: ${describeReply(reply, secrets)}${hint}`, { restMs });
}

/** The error for a success without a picture address. The reply may hold a delete token, so none of it is shown. */
export function toLinklessError({ call, status, headers, body }: UpstreamReply): AppError {
  const type = headers['content-type']?.split(';')[0] ?? 'no media type';
  const message = `${call}: HTTP ${status} ${type}, ${body.length} bytes: a success without the link to a picture`;
  return new AppError('store_failed', message);
}

/** The address that a host gave, if it is acceptable: `https` unless the host's own API is not, and without a user name. */
export function toHostedUrl(link: unknown, apiUrl: string): URL | undefined {
  if (typeof link !== 'string' || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && apiUrl.startsWith('http:'));
  return isSafe && url.username === '' && url.password === '' ? url : undefined;
}
