import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isAxiosError } from 'axios';
import { createHttpClient } from '../shared/net/http.ts';

const MAX_BYTES = 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body. Undefined when it is no JSON. */
  readonly json: unknown;
  /** The other machine's clock minus ours, in milliseconds. The Date header counts seconds. Undefined without a Date header. */
  readonly skewMs?: number | undefined;
}

/** Why no answer came, as the error code of the system or of TLS: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
export interface NoAnswer {
  readonly reason: string;
}

interface AskOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Limits the connection to IPv4 or IPv6. Undefined: both. */
  readonly family?: 4 | 6;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Sends one GET on a new connection. Follows no redirect. Throws only when the signal aborts. */
export async function ask(url: string, options: AskOptions): Promise<Answer | NoAnswer> {
  const { signal, headers, family, timeoutMs = TIMEOUT_MS } = options;
  const agent = { keepAlive: false, ...(family !== undefined && { family }) };
  const client = createHttpClient({
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
    maxContentLength: MAX_BYTES,
    timeout: timeoutMs,
    responseType: 'text',
    // By default axios parses text that looks like JSON.
    transformResponse: (body: unknown) => body,
  });
  const askedAt = Date.now();
  try {
    const response = await client.get<string>(url, { signal, headers: { ...headers } });
    const answeredAt = Date.now();
    const lowerCased = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const all: Record<string, string> = Object.fromEntries(lowerCased);
    return {
      status: response.status,
      headers: all,
      json: parse(response.data),
      skewMs: toSkew(all.date, askedAt, answeredAt),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { reason: isAxiosError(error) ? (error.code ?? error.message) : String(error) };
  }
}

const SECOND_MS = 1000;

/** Zero when the header may be right: it was written between request and answer, and holds whole seconds. */
function toSkew(date: string | undefined, askedAt: number, answeredAt: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return undefined;
  if (theirs + SECOND_MS < askedAt) return theirs + SECOND_MS - askedAt;
  return theirs > answeredAt ? theirs - answeredAt : 0;
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
