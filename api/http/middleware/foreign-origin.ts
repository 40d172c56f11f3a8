import type { Request } from 'express';
import { AppError } from '../../../shared/errors.ts';
import type { Caller } from './authentication.ts';

/**
 * A caller without a key is known by the address alone, and so is every page that this person's browser has open: one
 * of another site could stop, change or watch what the person started. Throws `forbidden` for a page that the
 * operator did not name. A password that a browser adds by itself proves no more than the address.
 */
export function requireOwnOrigin(request: Request, caller: Caller, allowed: readonly string[] | undefined): void {
  const hasOwnKey = caller.key !== undefined && !/^Basic /i.test(request.get('authorization') ?? '');
  if (hasOwnKey || !isForeign(request)) return;
  const origin = request.get('origin');
  if (origin !== undefined && allowed?.includes(origin)) return;
  throw new AppError('forbidden', 'a page of another site speaks for an address', {
    publicMessage: 'A page of another site may do this only with a key, or when CORS_ORIGINS names it.',
  });
}

/** Browsers say it in `Sec-Fetch-Site`; over plain HTTP they leave that out, and `Origin` has to do. */
function isForeign(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'cross-site';
  const origin = request.get('origin');
  return origin !== undefined && hostOf(origin) !== hostOf(`http://${request.get('host') ?? ''}`);
}

/** Without the port: what one machine serves is one person's. `null` is the origin of files and sandboxes. */
const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).hostname : undefined);
