/**
 * Parameters that a dialect's own documents know and no engine here can honour. If a value would have changed the
 * picture, a warning says that it has no effect. A value that changes nothing, such as the default, gets no warning.
 */

/** Whether a value would have had an effect at the service whose dialect this is. */
export type HasEffect = (value: unknown, body: Readonly<Record<string, unknown>>) => boolean;

export const isOn: HasEffect = (value) =>
  value === true || value === 1 || (typeof value === 'string' && /^(true|1|yes|on)$/i.test(value.trim()));

/** A text, list or object that is not empty, or a switch that is on. */
export const isFilled: HasEffect = (value, body) => {
  if (typeof value === 'string') return value.trim() !== '' && !NOTHING.test(value.trim());
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return isOn(value, body);
};

const NOTHING = /^(none|null|undefined|false|0)$/i;

export const isAbove =
  (limit: number): HasEffect =>
  (value) =>
    value !== '' && typeof value !== 'boolean' && Number(value) > limit;

/** One of these words, which ask for more than the default. */
export const isOneOf =
  (...words: readonly string[]): HasEffect =>
  (value) =>
    typeof value === 'string' && words.includes(value.trim().toLowerCase());

/** A value that is not empty and not one of the service's own defaults. */
export const isOtherThan =
  (...defaults: readonly unknown[]): HasEffect =>
  (value) =>
    value !== undefined && value !== null && value !== '' && !defaults.includes(value);

export type IgnoredFields = Readonly<Record<string, HasEffect>>;

/** One sentence that names every parameter without effect, or none if there is no such parameter. */
export function warnOfIgnored(body: unknown, table: IgnoredFields): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const given = body as Readonly<Record<string, unknown>>;
  const names = Object.keys(table).filter((name) => Object.hasOwn(given, name) && table[name]?.(given[name], given));
  return toSentence(names);
}

export function toSentence(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const listed = names.map((name) => `\`${name}\``).join(', ');
  return [`${listed} ${names.length === 1 ? 'has' : 'have'} no effect here.`];
}
