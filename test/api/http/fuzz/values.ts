import type { Random } from '../../../support/random.ts';
import type { Schema } from './document.ts';

/** Values that a schema allows, and values that it does not allow. */

const WORDS = [
  'a red fox',
  '生活的真谛是',
  'שלום 🦊',
  'x',
  'a/b/../c',
  '100% <b>&amp;',
  'line\nbreak\ttab',
  "';--",
  '{}',
] as const;

/** Sides and counts stay small where real pictures are made. */
export interface Limits {
  readonly maxSide: number;
  readonly maxCount: number;
}

const SIDES = /^(width|height)$/;
const COUNTS = /^(n|count|batch_size|n_iter)$/;

export function toValue(schema: Schema, name: string, random: Random, limits: Limits): unknown {
  if (schema.examples !== undefined && random.chance(0.4)) return schema.examples[0];
  if (schema.enum !== undefined) return schema.enum[random.int(0, schema.enum.length - 1)];
  switch (schema.type) {
    case 'integer':
    case 'number':
      return toNumber(schema, name, random, limits);
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return toText(schema, random);
    case 'object':
      return toObject(schema, random, limits);
    case 'array':
      return Array.from({ length: random.int(0, 2) }, () => toValue(schema.items ?? {}, name, random, limits));
    default:
      return schema.anyOf === undefined ? toText(schema, random) : toValue(schema.anyOf[0] ?? {}, name, random, limits);
  }
}

function toNumber(schema: Schema, name: string, random: Random, limits: Limits): number {
  const { minimum = -1000, maximum = 1000, multipleOf = 1 } = schema;
  const cap = SIDES.test(name) ? limits.maxSide : COUNTS.test(name) ? limits.maxCount : maximum;
  const max = Math.max(minimum, Math.min(maximum, cap));
  const value = random.pick([minimum, max, random.int(Math.ceil(minimum), Math.floor(max))]);
  const stepped = Math.ceil(value / multipleOf) * multipleOf;
  return schema.type === 'integer' || random.chance(0.5) ? stepped : Math.min(max, stepped + 0.5);
}

function toText({ maxLength = 40, minLength = 0, pattern }: Schema, random: Random): string {
  // The few patterns of the document are sizes.
  if (pattern !== undefined) return random.pick(['auto', '64x64', '128x96', '16x256']);
  const text = random.pick(WORDS).slice(0, maxLength);
  return text.length < minLength ? 'x'.repeat(minLength) : text;
}

export function toObject(schema: Schema, random: Random, limits: Limits): Record<string, unknown> {
  const wanted = Object.entries(schema.properties ?? {}).filter(
    ([name]) => schema.required?.includes(name) || random.chance(0.3),
  );
  return Object.fromEntries(wanted.map(([name, inner]) => [name, toValue(inner, name, random, limits)]));
}

const BAD_VALUES = [
  '',
  ' ',
  null,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  '0x10',
  'NaN',
  'Infinity',
  '١٢',
  true,
  [],
  {},
  [1, 2],
  ['a'],
  { a: 1 },
  { toString: 1 },
  [[[[]]]],
  '\u0000',
  'a\u0007b',
  '\ud800',
  '\ufffd',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%2e%2e%2f',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'x'.repeat(32_001),
  'x'.repeat(9000),
  '🦊'.repeat(2001),
] as const;

export const toBadValue = (random: Random): unknown => BAD_VALUES[random.int(0, BAD_VALUES.length - 1)];
