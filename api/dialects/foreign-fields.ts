import { z } from 'zod';
import { MAX_SEED } from '../../shared/contract/generation.ts';
import { decimal, decimalOr, isRecord, parseFields, wholeNumber, wholeNumberOr } from './fields.ts';

/**
 * Numbers of dialects that are not Easel's own. Their clients take a seed from a clock, send `width=0` for "any", or put
 * an undefined variable into the address, and the services they were written for accept that. Such a value is replaced
 * by the nearest valid one, or counts as left out, and a warning says so.
 */

interface Softened {
  readonly value: unknown;
  readonly warning?: string;
}

type Soften = (name: string, given: unknown) => Softened;

const softeners = z.registry<{ soften: Soften }>();

type NumberInfo = Parameters<typeof wholeNumber>[0];

function soft<Schema extends z.ZodType>(schema: Schema, soften: Soften): Schema {
  softeners.add(schema, { soften });
  return schema;
}

type SeedInfo = Omit<NumberInfo, 'min' | 'max'> & { readonly max?: number };

/** -1 draws one. A seed beyond the range is taken modulo 2^32, so that the same seed always gives the same picture. */
export function foreignSeed(fallback: number, { max = MAX_SEED, ...info }: SeedInfo) {
  return soft(wholeNumberOr(fallback, { min: -1, max, ...info }), (name, given) => softenSeed(name, given, max));
}

export function foreignWhole(info: NumberInfo) {
  return soft(wholeNumber(info), (name, given) => softenNumber(name, given, info, true));
}

export function foreignWholeOr(fallback: number, info: NumberInfo) {
  return soft(wholeNumberOr(fallback, info), (name, given) => softenNumber(name, given, info, true));
}

export function foreignDecimal(info: NumberInfo) {
  return soft(decimal(info), (name, given) => softenNumber(name, given, info, false));
}

export function foreignDecimalOr(fallback: number, info: NumberInfo) {
  return soft(decimalOr(fallback, info), (name, given) => softenNumber(name, given, info, false));
}

export interface Foreign<Fields> {
  readonly fields: Fields;
  /** Sentences for a person about values that were replaced or left out. */
  readonly warnings: readonly string[];
}

/** Like `parseFields`, but after `softenFields`. */
export function parseForeign<Schema extends z.ZodObject>(schema: Schema, input: unknown): Foreign<z.output<Schema>> {
  const { fields, warnings } = softenFields(schema, input);
  return { fields: parseFields(schema, fields), warnings };
}

/** The input with numbers that can be parsed; for an object within a body. */
export function softenFields(schema: z.ZodObject, input: unknown): Foreign<unknown> {
  if (!isRecord(input)) return { fields: input, warnings: [] };
  const softened: Record<string, unknown> = { ...input };
  const warnings: string[] = [];
  for (const [name, field] of Object.entries(schema.shape)) {
    const soften = softeners.get(field as z.ZodType)?.soften;
    if (soften === undefined || !Object.hasOwn(input, name)) continue;
    const { value, warning } = soften(name, input[name]);
    softened[name] = value;
    if (warning !== undefined) warnings.push(warning);
  }
  return { fields: softened, warnings };
}

/** Programs put these words into a template if a value is missing. */
const JUNK: ReadonlySet<string> = new Set(['undefined', 'null', 'nan', 'none', 'infinity', '-infinity']);

const asNotGiven = (name: string, given: unknown): Softened => ({
  value: undefined,
  warning: `\`${name}\` was taken as not given: ${show(given)} is not a value for it.`,
});

function softenNumber(name: string, given: unknown, { min, max }: NumberInfo, whole: boolean): Softened {
  const text = typeof given === 'string' ? given.trim() : '';
  if (JUNK.has(text.toLowerCase())) return asNotGiven(name, given);
  const value = text === '' ? given : isShortDecimal(text) ? Number(text) : given;
  if (typeof value !== 'number') return { value: given };
  // 0 and less mean "any" to many clients.
  if (!Number.isFinite(value) || value < min) return asNotGiven(name, given);
  const nearest = Math.min(max, whole ? Math.round(value) : value);
  if (nearest === value) return { value };
  return { value: nearest, warning: `\`${name}\` ${show(given)} became ${nearest}.` };
}

function softenSeed(name: string, given: unknown, max: number): Softened {
  const text = typeof given === 'string' ? given.trim() : String(given);
  if (text === '' || (typeof given !== 'string' && typeof given !== 'number')) return { value: given };
  if (text.toLowerCase() === 'random') return { value: -1 };
  const seed = toWhole(text);
  if (seed === undefined) return asNotGiven(name, given);
  if (seed >= -1n && seed <= BigInt(max)) return { value: Number(seed) };
  const value = Number(BigInt.asUintN(32, seed));
  return { value, warning: `\`${name}\` ${show(given)} became ${value}: seeds are taken modulo 2^32.` };
}

/** A BigInt, because a double rounds whole numbers beyond 2^53. A fraction is cut off. */
function toWhole(text: string): bigint | undefined {
  if (text.length > MAX_DIGITS) return undefined;
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
  if (!isShortDecimal(text)) return undefined;
  const value = Math.trunc(Number(text));
  return Number.isFinite(value) ? BigInt(value) : undefined;
}

const MAX_DIGITS = 100;

const isShortDecimal = (text: string): boolean =>
  text.length <= MAX_DIGITS && /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(text);

const MAX_SHOWN_CHARACTERS = 40;

/** Short enough for a header. A number is never cut, because the rest would look like another number. */
function show(given: unknown): string {
  const text = String(given);
  return text.length <= MAX_SHOWN_CHARACTERS ? `"${text}"` : `a value of ${text.length} characters`;
}

/** The longest side of the canonical request. */
const MAX_SIDE = 4096;

/** A longer side counts as this long. `shrinkSides` then makes both sides smaller together. */
export const MAX_FOREIGN_SIDE = 65_536;

export interface Sides {
  readonly width?: number;
  readonly height?: number;
}

/** Makes both sides smaller if one is longer than a request allows, so that the picture keeps its shape. */
export function shrinkSides({ width, height }: { width: number; height: number }): Foreign<Sides> {
  const longest = Math.max(width, height);
  if (longest <= MAX_SIDE) return { fields: { width, height }, warnings: [] };
  const shrink = (side: number): number => Math.max(16, Math.round((side * MAX_SIDE) / longest));
  const fields = { width: shrink(width), height: shrink(height) };
  return { fields, warnings: [`The size ${width}x${height} became ${fields.width}x${fields.height}.`] };
}
