import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance } from 'axios';
import { AppError } from '../../shared/errors.ts';
import { createAddressGuard, isPrivateHost } from '../../shared/net/address-guard.ts';
import { createHttpClient } from '../../shared/net/http.ts';
import { withDeadline } from '../../shared/wait.ts';
import { callUpstream, isSuccess, toTransportError, type UpstreamReply } from './upstream.ts';

const MAX_REDIRECTS = 3;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

interface GuardedFetchOptions {
  /** The upstream's own address. If it is http or private, URLs in its answers may be so too. */
  readonly base: string;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** Further hosts, addresses and networks that the operator allows. */
  readonly allow?: readonly string[];
}

interface FetchOptions {
  readonly signal: AbortSignal;
  /** Sent only to the origin of `base`, also after redirects. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
}

export type GuardedFetch = (url: string, options: FetchOptions) => Promise<Buffer>;

/**
 * Fetches a URL from an upstream's answer, which is not trusted. It must be `https` and public, unless the base is not; so
 * must each redirect. The size is limited while it streams, and there is a deadline. A `data:` URL is decoded.
 * Throws AppError: `engine_changed` for a refused URL, `engine_failed`, `engine_timeout`, `cancelled`.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { maxBytes = DEFAULT_MAX_BYTES, timeoutMs = DEFAULT_TIMEOUT_MS, allow = [] } = options;
  const base = new URL(options.base);
  const protocols = base.protocol === 'http:' ? ['https:', 'http:'] : ['https:'];

  async function fetchBytes(address: string, { signal, credentials }: FetchOptions): Promise<Buffer> {
    if (/^data:/i.test(address)) return decodeDataUrl(address, maxBytes);
    let url = toUrl(address, base);
    const allowPrivate = await isPrivateHost(base).catch(() => false);
    const guard = createAddressGuard({ allow, allowPrivate, protocols });
    const client = createGuardedClient(guard.lookup, maxBytes);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      guard.checkUrl(url);
      const headers = url.origin === base.origin ? { ...credentials } : {};
      const reply = await callUpstream(client, { url: url.href, headers, signal });
      if (isSuccess(reply)) return reply.body;
      url = toUrl(readLocation(reply), url);
    }
    throw new AppError('engine_failed', `more than ${MAX_REDIRECTS} redirects, the last to ${url.host}`);
  }

  return async (address, fetchOptions) => {
    const what = 'a picture of the answer';
    const deadline = { timeoutMs, signal: fetchOptions.signal, code: 'engine_timeout', what } as const;
    return withDeadline(deadline, async (signal) => {
      try {
        return await fetchBytes(address, { ...fetchOptions, signal });
      } catch (error) {
        throw toTransportError(error, what, signal);
      }
    });
  };
}

/** No connection is kept alive, since a kept one is not looked up and checked again. */
function createGuardedClient(lookup: ReturnType<typeof createAddressGuard>['lookup'], maxBytes: number): AxiosInstance {
  return createHttpClient({
    httpAgent: new HttpAgent({ keepAlive: false, lookup }),
    httpsAgent: new HttpsAgent({ keepAlive: false, lookup }),
    maxContentLength: maxBytes,
    timeout: 0,
  });
}

function readLocation(reply: UpstreamReply): string {
  const { location } = reply.headers;
  if (location !== undefined && [301, 302, 303, 307, 308].includes(reply.status)) return location;
  throw new AppError('engine_failed', `the picture's address answered HTTP ${reply.status}`);
}

function toUrl(address: string, base: URL): URL {
  if (URL.canParse(address, base.href)) return new URL(address, base);
  throw new AppError('engine_changed', 'the answer holds an address that is none');
}

/** `data:image/png;base64,...` (RFC 2397). */
function decodeDataUrl(url: string, maxBytes: number): Buffer {
  const data = /^data:[\w.+/-]*(?:;[\w.=+-]+)*;base64,(.*)$/is.exec(url)?.[1];
  if (data === undefined) throw new AppError('engine_changed', 'the answer holds a data URL that is not base64');
  if (data.length * 0.75 > maxBytes)
    throw new AppError('engine_failed', `the picture is larger than ${maxBytes} bytes`);
  return Buffer.from(data.includes('%') ? decodeURIComponent(data) : data, 'base64');
}
