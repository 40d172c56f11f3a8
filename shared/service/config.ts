import { z } from 'zod';

/**
 * Settings come from the environment as text. Each service builds one object of the settings below, and each plug-in
 * adds its part. All faults are reported at once, by name and expected format. Values are never printed.
 */

export const GUIDE = 'DEPLOYMENT_GUIDE.md';

interface SettingMeta {
  /** What it is for, in one sentence; the guide's table shows the same. */
  readonly description: string;
  /** What a valid value looks like. */
  readonly format: string;
  /** A password or token: the guide says so. */
  readonly secret?: boolean;
  /** The default as it would be written in the environment. */
  readonly fallback?: string | number | boolean;
}

const blankIsUnset = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

export function setting<Inner extends z.ZodType>(inner: Inner, meta: SettingMeta) {
  return z.preprocess(blankIsUnset, inner).meta({ ...meta });
}

export function text(description: string, options: { format?: string; secret?: boolean } = {}) {
  return setting(z.string().trim().optional(), { description, format: 'text', ...options });
}

export function textWithDefault(description: string, fallback: string, format = 'text') {
  return setting(z.string().trim().default(fallback), { description, format, fallback });
}

/** Printable ASCII, since it is sent in headers. */
const SECRET = /^[\x21-\x7e]{16,}$/;
const HOW_TO_MAKE = 'without spaces; `openssl rand -hex 24` makes one';

/** A secret that is long enough not to be guessed. */
export function secret(description: string) {
  const format = `at least 16 characters ${HOW_TO_MAKE}`;
  return setting(z.string().trim().regex(SECRET).optional(), { description, format, secret: true });
}

/** Several secrets, so that one can be replaced without a pause: the first is sent, all are accepted. */
export function secrets(description: string) {
  const inner = z
    .string()
    .transform((value) => value.split(',').map((item) => item.trim()))
    .pipe(z.array(z.string().regex(SECRET)))
    .optional();
  const format = `at least 16 characters ${HOW_TO_MAKE}; several, separated by commas, while it changes`;
  return setting(inner, { description, format, secret: true });
}

export function wholeNumber(description: string, range: { min: number; max?: number; default: number }) {
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  const format = range.max === undefined ? `a whole number, at least ${min}` : `a whole number from ${min} to ${max}`;
  const inner = z.coerce.number().int().min(min).max(max).default(range.default);
  return setting(inner, { description, format, fallback: range.default });
}

export function optionalWholeNumber(description: string, range: { min: number; max?: number }) {
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  return setting(z.coerce.number().int().min(min).max(max).optional(), {
    description,
    format: `a whole number, at least ${min}`,
  });
}

export function flag(description: string, fallback = false) {
  const words = z.enum(['true', 'false', '1', '0', 'yes', 'no']).default(fallback ? 'true' : 'false');
  const inner = words.transform((word) => word === 'true' || word === '1' || word === 'yes');
  return setting(inner, { description, format: '`true` or `false`', fallback });
}

export function choice<const Values extends readonly [string, ...string[]]>(
  description: string,
  values: Values,
  fallback: Values[number],
) {
  return setting(z.enum(values).default(fallback), { description, format: `one of ${values.join(', ')}`, fallback });
}

/** Comma-separated names; empty items are dropped. */
export function list(description: string, format: string) {
  const inner = z
    .string()
    .transform((value) => value.split(',').map((item) => item.trim()))
    .transform((items) => items.filter((item) => item !== ''))
    .optional();
  return setting(inner, { description, format });
}

export function withoutLastSlashes(value: string): string {
  let end = value.length;
  while (value.endsWith('/', end)) end -= 1;
  return value.slice(0, end);
}

/** The address to listen on. An IPv6 address may be in brackets, as in a URL. */
export function host(description: string) {
  const fallback = '0.0.0.0';
  const inner = z
    .string()
    .trim()
    .transform((value) => (value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : value))
    .default(fallback);
  return setting(inner, { description, format: 'an IP address or host name', fallback });
}

const HTTP_URL = 'an address that starts with http:// or https://';
const httpUrl = z.url({ protocol: /^https?$/ }).transform(withoutLastSlashes);

/** Without a trailing slash. */
export function url(description: string) {
  return setting(httpUrl.optional(), { description, format: HTTP_URL });
}

/** Without a trailing slash. */
export function urlWithDefault(description: string, fallback: string) {
  return setting(httpUrl.default(fallback), { description, format: HTTP_URL, fallback });
}

/** Comma-separated. A plain host and port, as some platforms give it, counts as http://. Without trailing slashes. */
export function urls(description: string) {
  const toItems = (value: string): string[] => value.split(',').map((item) => item.trim());
  const inner = z
    .string()
    .transform((value) => toItems(value).filter((item) => item !== ''))
    .transform((items) => items.map((item) => (item.includes('://') ? item : `http://${item}`)))
    .pipe(z.array(httpUrl))
    .optional();
  return setting(inner, {
    description,
    format: 'addresses that start with http:// or https://, or host:port; separated by commas',
  });
}

/** Whether its value must never be shown. */
export const isSecretSetting = (schema: z.core.$ZodType): boolean =>
  (z.globalRegistry.get(schema) as Partial<SettingMeta> | undefined)?.secret === true;

/** What the guide's table says about a setting. */
export function describeSetting(schema: z.core.$ZodType): { description: string; format: string; fallback?: string } {
  const { description, format, secret, fallback } = (z.globalRegistry.get(schema) ?? {}) as Partial<SettingMeta>;
  return {
    description: String(description),
    format: secret ? `${format}; secret` : String(format),
    ...(fallback !== undefined && { fallback: String(fallback) }),
  };
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Throws a SettingsError with one line for each wrong setting: its name, what is expected, and where the guide explains it. */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(environment);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  throw new SettingsError(names.map((name) => describeFault(name, shape[name])).join('\n'));
}

function describeFault(name: string, schema: z.core.$ZodType | undefined): string {
  const format = schema === undefined ? 'another value' : describeSetting(schema).format;
  return `${name}: expected ${format} (${GUIDE}#${name.toLowerCase()})`;
}
