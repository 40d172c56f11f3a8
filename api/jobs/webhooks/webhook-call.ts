import { createHmac } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { invalidRequest } from '../../../shared/errors.ts';
import { createAddressGuard, resolveBySystem } from '../../../shared/net/address-guard.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { createResolveName, type ResolveName } from './resolve-name.ts';

/**
 * One signed call to a caller's address, by https://www.standardwebhooks.com: `webhook-id` is the same for all attempts, and
 * redirects are failures. The address is checked when it is resolved, and only the checked address is connected to.
 */

const CALL_TIMEOUT_MS = 10_000;
const PROTOCOLS = ['https:', 'http:'];
const MAX_URL_CHARACTERS = 2000;

const SECRET_BYTES = 24;

/** Whether the text is a secret in the format of Standard Webhooks. Anybody could forge signatures of an empty key. */
export function isWebhookSecret(text: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? '';
  const key = Buffer.from(base64, 'base64');
  return key.length >= SECRET_BYTES && key.toString('base64').replaceAll('=', '') === base64.replaceAll('=', '');
}

export interface WebhookMessage {
  readonly id: string;
  readonly url: string;
  readonly body: string;
}

export interface WebhookCalls {
  /** Throws `invalid_request` if this address may not be called. */
  check(url: string): Promise<void>;
  /** Resolves with the status of the answer. Rejects when there was none. */
  send(message: WebhookMessage, nowMs: number, signal: AbortSignal): Promise<number>;
}

interface WebhookCallsOptions {
  /** `whsec_` followed by base64. */
  readonly secret: string;
  readonly allowedHosts: readonly string[];
  /** Resolves names that callers chose. */
  readonly resolveName?: ResolveName | undefined;
}

export function createWebhookCalls(options: WebhookCallsOptions): WebhookCalls {
  const { secret, allowedHosts, resolveName = createResolveName() } = options;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const ownNames = new Set(allowedHosts.map((host) => host.toLowerCase()));
  // Only the system may know the operator's own names, for instance by its search domains.
  const resolve: ResolveName = (name) => (ownNames.has(name.toLowerCase()) ? resolveBySystem(name) : resolveName(name));
  const guard = createAddressGuard({ allow: allowedHosts, protocols: PROTOCOLS, resolve });
  // A kept connection would skip the check of the address.
  const agentOptions = { keepAlive: false, lookup: guard.lookup };
  const client = createHttpClient({
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
    timeout: CALL_TIMEOUT_MS,
    responseType: 'stream',
  });

  const sign = (id: string, timestamp: number, body: string): string =>
    `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;

  return {
    check: async (text) => {
      const isUrl = text.length <= MAX_URL_CHARACTERS && URL.canParse(text);
      const url = isUrl ? new URL(text) : undefined;
      if (url === undefined || url.username !== '' || url.password !== '')
        throw refused('an address without a password');
      try {
        await guard.check(url);
      } catch (error) {
        throw refused('an http or https address that can be reached from the internet', error);
      }
    },
    send: async ({ id, url, body }, nowMs, signal) => {
      guard.checkUrl(new URL(url));
      const timestamp = Math.floor(nowMs / 1000);
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': sign(id, timestamp, body),
      };
      const options = { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]) };
      const { status, data } = await client.post<Readable>(url, body, options);
      data.destroy();
      return status;
    },
  };
}

function refused(expected: string, cause?: unknown) {
  const message = `callback_url must be ${expected}.`;
  const error = invalidRequest([{ field: 'callback_url', message }]);
  error.cause = cause;
  return error;
}
