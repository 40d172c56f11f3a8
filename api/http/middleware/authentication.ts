import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { AppError } from '../../../shared/errors.ts';
import { isSameSecret, readBearer } from '../../../shared/net/http.ts';
import { type Client, KEY_CLIENT } from '../../jobs/job.ts';
import { type ApiKey, findApiKey } from './api-keys.ts';

export interface Caller extends Client {
  readonly key?: ApiKey | undefined;
}

/**
 * Who asks: with API_KEYS set, the owner of the key; else the address (one IPv6 subscriber counts once).
 * Throws `unauthorized`.
 */
export function identify(request: Request, keys: readonly ApiKey[] | undefined): Caller {
  const address = `address:${ipKeyGenerator(request.ip ?? 'unknown')}`;
  if (keys === undefined) return { id: address };
  const given = readKeys(request);
  const key = given.map((candidate) => findApiKey(keys, candidate)).find((found) => found !== undefined);
  if (key !== undefined) return { id: `${KEY_CLIENT}${key.name}`, keyName: key.name, key };
  const isMissing = given.length === 0;
  throw new AppError('unauthorized', isMissing ? 'no API key came' : 'an unknown API key came', {
    publicMessage: isMissing
      ? 'An API key is needed: `Authorization: Bearer …`, `X-API-Key: …` or `key=…`.'
      : 'This API key is not known here.',
  });
}

export function requireAdmin(request: Request, adminKey: string | undefined): void {
  const given = readKeys(request);
  if (adminKey === undefined) throw new AppError('forbidden', 'ADMIN_KEY is not set', { publicMessage: NO_ADMIN });
  if (given.length === 0) throw new AppError('unauthorized', 'no admin key came');
  if (!given.some((candidate) => isSameSecret(candidate, adminKey)))
    throw new AppError('forbidden', 'a wrong admin key came');
}

const NO_ADMIN = 'This service has no operator key (ADMIN_KEY), so nobody may do this.';

/**
 * Everything that may be meant as a key: `Authorization` may hold a token for an engine instead, and clients of
 * AUTOMATIC1111 know only Basic, where the password is the key.
 */
function readKeys(request: Request): string[] {
  const authorization = request.get('authorization');
  const query = request.query.key;
  return [
    request.get('x-api-key'),
    readBearer(authorization),
    readBasicPassword(authorization),
    typeof query === 'string' ? query : undefined,
  ].filter((key) => key !== undefined);
}

function readBasicPassword(header: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}
