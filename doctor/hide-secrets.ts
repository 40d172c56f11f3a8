import type { z } from 'zod';
import { isSecretSetting } from '../shared/service/config.ts';
import type { Environment } from './set-up.ts';

const HIDDEN = '[hidden]';
/** Hiding a shorter value would remove ordinary words from the report. */
const MIN_CHARACTERS = 4;
/** By name, because variables of other programs and misspelt settings hold secrets too. */
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH(?!OR)|PRIVATE|(?:^|_)KEYS?(?:_|$)/i;
/** `user:password@` of any address. */
const USER_INFO = /([a-z][a-z\d+.-]{0,20}:\/\/)[^\s/@"'`<]{1,500}@/gi;
/** Usual forms of keys and tokens. */
const TOKEN_LIKE = /\b(?:hf_|sk-|pk_|sk_|r8_|ghp_)[\w-]{6,}|\b(?:bearer|basic|client-id)\s+[\w+/=.~-]{6,}/gi;
/** The query of an address may hold a key, and no fault needs it. */
const QUERY = /(https?:\/\/[^\s?#"'`]{1,500})\?[^\s"'`)]{1,2000}/gi;

/** Removes every secret of the environment from a text, also in the encodings in which services repeat them. */
export function createHideSecrets(environment: Environment, settings: z.ZodRawShape): (text: string) => string {
  const secrets = [...new Set(Object.entries(environment).flatMap(([name, value]) => toSecrets(name, value, settings)))]
    .filter((secret) => secret.length >= MIN_CHARACTERS)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
    return hidden.replace(USER_INFO, `$1${HIDDEN}@`).replace(TOKEN_LIKE, HIDDEN).replace(QUERY, `$1?${HIDDEN}`);
  };
}

function toSecrets(name: string, value: string | undefined, settings: z.ZodRawShape): string[] {
  if (value === undefined || value.trim() === '') return [];
  const schema = settings[name];
  const isSecret = SECRET_NAME.test(name) || (schema !== undefined && isSecretSetting(schema));
  const address = value.includes('://') && URL.canParse(value.trim()) ? new URL(value.trim()) : undefined;
  const hidden = address?.password || address?.username || '';
  const users = [hidden, decode(hidden)];
  // An address itself is no secret. Its password, its query, or a token in place of the user name are.
  const own = isSecret && address === undefined ? toParts(value) : users;
  const queries = [...(address?.searchParams.values() ?? [])];
  return [...own, ...queries].filter((secret) => secret !== '').flatMap(toSpellings);
}

/** Splits lists, and values such as `name:secret:limits` and `name=value`. */
function toParts(value: string): string[] {
  const whole = value.trim();
  const items = whole.split(',').map((item) => item.trim());
  const named = items.map((item) => item.split(':')).flatMap(([first = '', second]) => second ?? first);
  const assigned = items.flatMap((item) => (item.includes('=') ? [item.slice(item.indexOf('=') + 1)] : []));
  return [whole, ...items, ...named, ...assigned, ...assigned.map(decode)];
}

function toSpellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
