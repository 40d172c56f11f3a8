import type { Request } from 'express';
import { AppError } from '../../../shared/errors.ts';
import { isSameSecret } from '../../../shared/net/http.ts';
import type { SecretBrake } from '../../../shared/net/secret-brake.ts';
import type { DialectInput } from '../../dialects/dialect.ts';
import { type Client, KEY_CLIENT } from '../../jobs/job.ts';
import { type ApiKey, findApiKey } from './api-keys.ts';
import { toSubscriber } from './subscriber.ts';
import { toCallerAddress } from './trust-proxy.ts';

export interface Caller extends Client {
  readonly key?: ApiKey | undefined;
}

/**
 * The caller. With API_KEYS set it is the owner of the key, otherwise the address (an IPv6 subscriber counts as one).
 * Throws `unauthorized`, and `rate_limited` after too many wrong keys.
 */
export function identify(request: Request, keys: readonly ApiKey[] | undefined, brake: SecretBrake): Caller {
  const subscriber = toSubscriber(toCallerAddress(request));
  if (keys === undefined) return { id: `address:${subscriber}` };
  const given = readKeys(request);
  const key = given.map((candidate) => findApiKey(keys, candidate)).find((found) => found !== undefined);
  if (given.length > 0) brake.judge(subscriber, key?.name);
  if (key !== undefined) return { id: `${KEY_CLIENT}${key.name}`, keyName: key.name, key };
  const isMissing = given.length === 0;
  throw new AppError('unauthorized', isMissing ? 'no API key came' : 'an unknown API key came', {
    publicMessage: isMissing
      ? 'An API key is needed: `Authorization: Bearer …`, `X-API-Key: …` or `key=…`.'
      : 'This API key is not valid here.',
  });
}

/** Whether keys are set and the request has none of them, nor the operator's own. */
export function isStranger(request: Request, { apiKeys, adminKey }: GatewayKeys, brake: SecretBrake): boolean {
  if (apiKeys === undefined) return false;
  const given = readKeys(request);
  const isKnown = given.some((candidate) => isOwnKey(candidate, { apiKeys, adminKey }));
  if (given.length > 0) brake.judge(toSubscriber(toCallerAddress(request)), isKnown ? 'any' : undefined);
  return !isKnown;
}

export function requireAdmin(request: Request, adminKey: string | undefined, brake: SecretBrake): void {
  const given = readKeys(request);
  if (adminKey === undefined) throw new AppError('forbidden', 'ADMIN_KEY is not set', { publicMessage: NO_ADMIN });
  if (given.length === 0) throw new AppError('unauthorized', 'no admin key came');
  const isRight = given.some((candidate) => isSameSecret(candidate, adminKey));
  brake.judge(toSubscriber(toCallerAddress(request)), isRight ? 'operator' : undefined);
  if (!isRight) throw new AppError('forbidden', 'a wrong admin key came');
}

const NO_ADMIN = 'This needs the operator key (ADMIN_KEY), and this service has none.';

/**
 * Everything that may be a key. `Authorization` may hold a token for an engine instead. Clients of AUTOMATIC1111 can
 * only send Basic, where the password is the key.
 */
function readKeys(request: Request): string[] {
  const { key, token } = request.query;
  const given = [request.get('x-api-key'), request.get('api-key'), ...readAuthorization(request), key, token];
  return given.filter((candidate) => typeof candidate === 'string' && candidate !== '') as string[];
}

/** `Bearer`, `Token` (Replicate) and `Key` (fal), or the password of Basic. */
function readAuthorization(request: Request): string[] {
  const [, scheme = '', value = ''] = /^(\w{1,20}) +(\S+)$/.exec(request.get('authorization') ?? '') ?? [];
  if (/^(?:Bearer|Token|Key)$/i.test(scheme)) return [value];
  return /^Basic$/i.test(scheme) ? [readPassword(value)] : [];
}

function readPassword(encoded: string): string {
  const decoded = Buffer.from(encoded, 'base64').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

interface GatewayKeys {
  readonly apiKeys: readonly ApiKey[] | undefined;
  readonly adminKey: string | undefined;
}

/**
 * The input without this gateway's own keys, wherever they were, because a dialect would pass a key on as a token for
 * an engine.
 */
export function withoutKeys(
  request: Request,
  { apiKeys = [], adminKey }: GatewayKeys,
): Pick<DialectInput, 'query' | 'headers'> {
  const query = request.query as Record<string, unknown>;
  const headers = request.headers as Record<string, string | undefined>;
  if (apiKeys.length === 0 && adminKey === undefined) return { query, headers };
  const isKey = (text: string): boolean => isOwnKey(text, { apiKeys, adminKey });
  const holdsKey = (value: unknown): boolean => [value].flat().some((text) => typeof text === 'string' && isKey(text));
  // A header may hold a key alone, after a scheme, or inside Basic.
  const authorization = [...readAuthorization(request), ...(headers.authorization ?? '').split(/[\s,]+/)];
  return {
    query: Object.fromEntries(Object.entries(query).filter(([, value]) => !holdsKey(value))),
    headers: { ...headers, ...(authorization.some(isKey) && { authorization: undefined }) },
  };
}

const isOwnKey = (text: string, { apiKeys = [], adminKey }: GatewayKeys): boolean =>
  findApiKey(apiKeys, text) !== undefined || (adminKey !== undefined && isSameSecret(text, adminKey));
