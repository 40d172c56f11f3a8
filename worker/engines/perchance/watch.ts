import type { Request, Response } from 'playwright-core';
import type { DrivenPage } from '../../browser/pages.ts';
import { isChallenge, retryAfterSeconds } from './failures.ts';
import { toSeed, toWord } from './reply-values.ts';
import { DERIVED, MAX_REPLY_BYTES, STATUS_WORD, STATUSES, VERIFICATION_SCRIPT } from './site.ts';

/** Watches the embed's requests to its service and the replies. Makes no requests of its own. */

/** The answer to one of the embed's calls. */
export interface Reply {
  readonly endpoint: string;
  /** Set for calls whose status matters. */
  readonly status?: string | undefined;
  readonly isChallenge: boolean;
  readonly retryAfterSeconds?: number | undefined;
  /** The seed that was really used. */
  readonly seed?: number | undefined;
  readonly nsfw?: boolean | undefined;
}

export interface EmbedEvents {
  onDocumentFailed(errorText: string): void;
  onCall(endpoint: string): void;
  onReply(reply: Reply, openCalls: number): void;
  onVerificationBlocked(errorText: string): void;
}

interface EmbedWatch {
  /** Resolves when every reply that has begun to arrive has been reported. */
  untilRead(): Promise<void>;
  stop(): void;
}

/** Chromium's error for a request that its page has left or aborted. */
const GIVEN_UP = 'net::ERR_ABORTED';

export function watchEmbed(page: DrivenPage, embedUrl: string, events: EmbedEvents): EmbedWatch {
  const apiUrl = new URL('/api/', embedUrl).href;
  const open = new Set<Request>();
  const reading = new Set<Promise<void>>();
  const isDocument = (request: Request): boolean =>
    request.isNavigationRequest() && request.url().split('#')[0] === embedUrl;
  const endpointOf = (request: Request): string | undefined =>
    request.url().startsWith(apiUrl) ? toWord(new URL(request.url()).pathname.split('/').at(-1)) : undefined;

  const onRequest = (request: Request): void => {
    const endpoint = endpointOf(request);
    if (endpoint === undefined) return;
    open.add(request);
    events.onCall(endpoint);
  };

  const onResponse = (response: Response): void => {
    const request = response.request();
    const endpoint = endpointOf(request);
    if (endpoint === undefined) return;
    open.delete(request);
    const read: Promise<void> = readReply(endpoint, response)
      .then((reply) => events.onReply(reply, open.size))
      .finally(() => reading.delete(read));
    reading.add(read);
  };

  const onRequestFailed = (request: Request): void => {
    const isUnanswered = open.delete(request);
    const errorText = request.failure()?.errorText ?? 'no reason given';
    if (errorText === GIVEN_UP) return;
    if (isDocument(request)) events.onDocumentFailed(errorText);
    else if (request.resourceType() === 'script' && request.url().includes(VERIFICATION_SCRIPT)) {
      events.onVerificationBlocked(errorText);
    }
    const endpoint = endpointOf(request);
    // A reply that breaks off is reported by the code that reads it.
    if (endpoint !== undefined && isUnanswered) events.onReply(noAnswer(endpoint), open.size);
  };

  page.on('request', onRequest);
  page.on('response', onResponse);
  page.on('requestfailed', onRequestFailed);
  return {
    untilRead: async () => {
      await Promise.all(reading);
    },
    stop() {
      page.off('request', onRequest);
      page.off('response', onResponse);
      page.off('requestfailed', onRequestFailed);
    },
  };
}

function noAnswer(endpoint: string): Reply {
  return { endpoint, status: DERIVED.noAnswer, isChallenge: false };
}

/**
 * The service sends the outcome in the body, with any 2xx and as plain text. No other body is read: if the page leaves
 * one unread, reading it here would never end.
 */
async function readReply(endpoint: string, response: Response): Promise<Reply> {
  const headers = response.headers();
  const reply = {
    endpoint,
    isChallenge: isChallenge(response.status(), headers),
    retryAfterSeconds: retryAfterSeconds(headers),
  };
  if (response.status() === 429) return { ...reply, status: DERIVED.rateLimited };
  if (!Object.hasOwn(STATUSES, endpoint)) return reply;
  if (!response.ok()) return { ...reply, status: DERIVED.noAnswer };
  // If the body cannot be read, the connection broke, and the page did not get it either.
  const text = await readText(response).catch(() => undefined);
  if (text === undefined) return { ...reply, status: DERIVED.noAnswer };
  const body = parseObject(text);
  const { seed, maybeNsfw } = body ?? {};
  return {
    ...reply,
    status: statusOf(response, endpoint, body),
    seed: toSeed(seed),
    nsfw: typeof maybeNsfw === 'boolean' ? maybeNsfw : undefined,
  };
}

/** A body that is larger than a picture in JSON is not read from the browser. */
async function readText(response: Response): Promise<string> {
  await response.finished();
  const { responseBodySize } = await response.request().sizes();
  if (responseBodySize > MAX_REPLY_BYTES) throw new Error(`${responseBodySize} bytes are no reply`);
  return response.text();
}

function statusOf(response: Response, endpoint: string, body: Record<string, unknown> | undefined): string {
  const status = body?.status;
  if (typeof status !== 'string' || !STATUS_WORD.test(status)) return DERIVED.notJson;
  if (status === 'gen_failure' && body?.type === 1) return DERIVED.retryableFailure;
  const hasToken = new URL(response.url()).searchParams.has('token');
  if (endpoint === 'verifyUser' && status === 'failed_verification' && hasToken) return DERIVED.tokenRefused;
  return status;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // The caller turns a body that is not JSON into a status of its own.
    return undefined;
  }
}
