import type { Request } from 'express';
import { AppError } from '../../../shared/errors.ts';
import type { Caller } from './authentication.ts';

/**
 * A caller without a key is recognised only by the address. Every page in that person's browser has the same address,
 * so a page of another site could stop, change or watch the person's jobs. Throws `forbidden` for a page that
 * CORS_ORIGINS does not name. A password that the browser adds by itself proves no more than the address.
 */
export function requireOwnOrigin(request: Request, caller: Caller, allowed: readonly string[] | undefined): void {
  const hasOwnKey = caller.key !== undefined && !/^Basic /i.test(request.get('authorization') ?? '');
  if (hasOwnKey || !isForeign(request)) return;
  const origin = request.get('origin');
  if (origin !== undefined && allowed?.includes(origin)) return;
  throw new AppError('forbidden', 'a page of another site asked without a key', {
    publicMessage: 'A page of another site may do this only with a key, or if CORS_ORIGINS names it.',
  });
}

/** Browsers send `Sec-Fetch-Site`. Over plain HTTP they leave it out, so `Origin` is compared instead. */
function isForeign(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'cross-site';
  const origin = request.get('origin');
  return origin !== undefined && hostOf(origin) !== hostOf(`http://${request.get('host') ?? ''}`);
}

/** Without the port, because all that one machine serves belongs together. `null` is the origin of files and sandboxes. */
const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).hostname : undefined);
