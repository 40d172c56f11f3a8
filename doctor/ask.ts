import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isAxiosError } from 'axios';
import { createHttpClient } from '../shared/net/http.ts';

const MAX_BYTES = 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the body is no JSON. */
  readonly json: unknown;
  /** The other machine's clock less ours, in milliseconds, as exact as the seconds of its Date header; undefined without one. */
  readonly skewMs?: number | undefined;
}

/** The system's or TLS's own word for why no answer came: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
export interface NoAnswer {
  readonly reason: string;
}

interface AskOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** 6: over IPv6 alone. */
  readonly family?: 4 | 6;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** One GET, on a connection of its own. Follows no redirect. Throws only when the signal aborts. */
export async function ask(url: string, options: AskOptions): Promise<Answer | NoAnswer> {
  const { signal, headers, family, timeoutMs = TIMEOUT_MS } = options;
  const agent = { keepAlive: false, ...(family !== undefined && { family }) };
  const client = createHttpClient({
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
    maxContentLength: MAX_BYTES,
    timeout: timeoutMs,
    responseType: 'text',
    // As it came: axios would turn what looks like JSON into an object.
    transformResponse: (body: unknown) => body,
  });
  const askedAt = Date.now();
  try {
    const response = await client.get<string>(url, { signal, headers: { ...headers } });
    const answeredAt = Date.now();
    const told = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const all: Record<string, string> = Object.fromEntries(told);
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

/** Zero while the header can be right: it was written between the question and the answer, and its fraction of a second is lost. */
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
