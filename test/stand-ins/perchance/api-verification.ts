import type { Request } from 'express';
import type { Service } from './service.ts';

const BROWSER_ID = /^[0-9a-f]{32}$/;

export type StatusReply = { status: string } & Record<string, unknown>;

/** `GET /verifyUser`: any Turnstile token is good, except in the modes in which the check cannot be passed. */
export function verifyUser(service: Service, request: Request): StatusReply {
  const refused = service.takeVerifyRefusal();
  if (refused) return { status: refused };

  const { browserId = '', token } = textQuery(request);
  if (browserId !== '' && !BROWSER_ID.test(browserId)) return { status: 'invalid_browser_id' };
  const address = request.socket.remoteAddress ?? '';
  const known = service.users.findKey(address, browserId);
  if (known) return { status: 'already_verified', userKey: known };
  if (!token || service.behaviour().turnstile !== 'token') {
    return { status: 'failed_verification', reason: 'token_required' };
  }
  return { status: 'success', userKey: service.users.issueKey(address, browserId) };
}

/** `GET /checkUserVerificationStatus`. */
export function checkUserVerificationStatus(service: Service, request: Request): StatusReply {
  const { userKey = '' } = textQuery(request);
  const isVerified = service.users.isValid(userKey, request.socket.remoteAddress ?? '');
  return { status: isVerified ? 'verified' : 'not_verified' };
}

/** The query's parameters that were given once. */
export function textQuery(request: Request): Record<string, string> {
  const pairs = Object.entries(request.query).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(pairs) as Record<string, string>;
}
