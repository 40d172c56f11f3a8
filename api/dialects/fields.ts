import { z } from 'zod';
import { countCharacters, MAX_PROMPT_CHARACTERS } from '../../shared/contract/generation.ts';
import { type Fault, invalidRequest } from '../../shared/errors.ts';

/**
 * The parameters of a request, from a query string (where all values are text) or a JSON body. Each field says in words
 * what it expects, so that every fault is reported in the same form: the parameter, what came, what is allowed.
 */

const expectations = z.registry<{ expects: string }>();

interface FieldInfo {
  readonly description?: string | undefined;
  readonly example?: unknown;
}

/**
 * `clean` gets the value that came, `schema` gets the cleaned value. The parameter's description and, if it is required,
 * its example are set outside its schema too, because Swagger UI looks for them there.
 */
function field<Schema extends z.ZodType>(
  clean: (value: unknown) => unknown,
  schema: Schema,
  expects: string,
  { description, example }: FieldInfo,
) {
  const documented = schema.meta({
    ...(description && { description }),
    ...(example !== undefined && { examples: [example] }),
  });
  const isOptional = documented.safeParse(undefined).success;
  const whole = z.preprocess(clean, documented).meta({
    param: { ...(description && { description }), ...(!isOptional && example !== undefined && { example }) },
  });
  expectations.add(whole, { expects });
  return whole;
}

/** An empty query parameter (`?seed=`) counts as left out, because HTML forms send it so. JSON null does too. */
const leftOut = (value: unknown): unknown => (value === '' || value === null ? undefined : value);

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;
/** No real number needs more characters. Longer text is not parsed. */
const MAX_NUMBER_CHARACTERS = 100;

/** Only plain decimals are numbers, not `0x10` or `Infinity`. */
function toNumber(value: unknown): unknown {
  const given = leftOut(value);
  if (typeof given !== 'string' || given.length > MAX_NUMBER_CHARACTERS) return given;
  return DECIMAL.test(given.trim()) ? Number(given) : given;
}

interface NumberInfo extends FieldInfo {
  readonly min: number;
  readonly max: number;
  /** Only multiples of it are allowed. */
  readonly step?: number | undefined;
}

function numberSchema({ min, max, step }: NumberInfo, whole: boolean): z.ZodNumber {
  const base = (whole ? z.number().int() : z.number()).min(min).max(max);
  return step === undefined ? base : base.multipleOf(step);
}

function numberWords({ min, max, step }: NumberInfo, whole: boolean): string {
  const kind = whole ? 'a whole number' : 'a number';
  return `${kind} from ${min} to ${max}${step === undefined ? '' : `, a multiple of ${step}`}`;
}

export function wholeNumber(info: NumberInfo) {
  return field(toNumber, numberSchema(info, true).optional(), numberWords(info, true), info);
}

export function wholeNumberOr(fallback: number, info: NumberInfo) {
  return field(toNumber, numberSchema(info, true).default(fallback), numberWords(info, true), info);
}

export function decimal(info: NumberInfo) {
  return field(toNumber, numberSchema(info, false).optional(), numberWords(info, false), info);
}

export function decimalOr(fallback: number, info: NumberInfo) {
  return field(toNumber, numberSchema(info, false).default(fallback), numberWords(info, false), info);
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values, info: FieldInfo = {}) {
  return field(leftOut, z.enum(values).optional(), `one of ${values.join(', ')}`, info);
}

export function choiceOr<const Values extends readonly [string, ...string[]]>(
  fallback: Values[number],
  values: Values,
  info: FieldInfo = {},
) {
  return field(leftOut, z.enum(values).default(fallback), `one of ${values.join(', ')}`, info);
}

const FLAGS: Record<string, boolean> = { '1': true, true: true, yes: true, '0': false, false: false, no: false };

/** `clean` gets the value first, for a dialect that has its own words for yes. */
export function flagOr(fallback: boolean, info: FieldInfo = {}, clean: (value: unknown) => unknown = leftOut) {
  const toFlag = (value: unknown): unknown => {
    const given = leftOut(clean(value));
    return typeof given === 'string' ? (FLAGS[given.toLowerCase()] ?? given) : given;
  };
  return field(toFlag, z.boolean().default(fallback), '`1` or `0`, `true` or `false`', info);
}

// Line breaks and tabs are text. Other control characters, and bytes that are not UTF-8, come from broken clients.
const BROKEN_TEXT = /[^\P{Cc}\t\n\r]|\ufffd|\p{Surrogate}/u;

const toTrimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

const promptSchema = z
  .string()
  .refine((text) => countCharacters(text) <= MAX_PROMPT_CHARACTERS)
  .refine((text) => !BROKEN_TEXT.test(text));

const MAX_WORDS = MAX_PROMPT_CHARACTERS.toLocaleString('en');

export function prompt(info: FieldInfo = {}) {
  const expects = `text of 1 to ${MAX_WORDS} characters, without control characters`;
  return field(toTrimmed, promptSchema.min(1).max(2 * MAX_PROMPT_CHARACTERS), expects, info);
}

/** Blank text counts as left out. */
export function negativePrompt(info: FieldInfo = {}) {
  const expects = `text of up to ${MAX_WORDS} characters, without control characters`;
  const blankIsNone = (value: unknown): unknown => leftOut(toTrimmed(value));
  return field(blankIsNone, promptSchema.max(2 * MAX_PROMPT_CHARACTERS).optional(), expects, info);
}

/** A short word such as a name. */
export function word(maxCharacters: number, info: FieldInfo = {}) {
  const schema = z
    .string()
    .max(maxCharacters)
    .refine((text) => !BROKEN_TEXT.test(text));
  const clean = (value: unknown): unknown => leftOut(toTrimmed(value));
  return field(clean, schema.optional(), `text of up to ${maxCharacters} characters`, info);
}

/** Easel's own parameter, which every dialect with a JSON body takes too. */
export const engineName = () => word(64, { description: 'Only this engine may serve.', example: 'sketch' });

/** Text that matches a regular expression. `expects` describes it in words. */
export function pattern(form: RegExp, expects: string, info: FieldInfo = {}) {
  return field(leftOut, z.string().regex(form).optional(), expects, info);
}

/** Engine options are stored with the job and read by the policy, so their size is limited. No vendor needs more. */
const MAX_OPTIONS_CHARACTERS = 16_000;
const MAX_OPTIONS_LEVELS = 6;

/** Extras keyed by engine name. Each engine parses its own part strictly. */
export function engineOptions(info: FieldInfo = {}) {
  const schema = z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .refine((options) => countLevels(options) <= MAX_OPTIONS_LEVELS)
    .refine((options) => JSON.stringify(options).length <= MAX_OPTIONS_CHARACTERS)
    .optional();
  const size = `${MAX_OPTIONS_CHARACTERS.toLocaleString('en')} characters of JSON and ${MAX_OPTIONS_LEVELS} levels`;
  return field(leftOut, schema, `an object keyed by engine name, each with an object, in all up to ${size}`, info);
}

/** It may call itself, because the depth of the whole body was limited before. */
function countLevels(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(countLevels));
}

/** Parses all fields. Throws `invalid_request` with every fault at once. */
export function parseFields<Schema extends z.ZodObject>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const given = isRecord(input) ? input : {};
  const names = new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? 'body')));
  throw invalidRequest([...names].map((name) => toFault(name, schema.shape[name], given[name], parsed.error)));
}

function toFault(name: string, schema: z.core.$ZodType | undefined, given: unknown, error: z.ZodError): Fault {
  if (name === 'body') return { field: name, message: 'The body must be a JSON object.' };
  const expects = schema && expectations.get(schema)?.expects;
  if (expects === undefined) {
    const issue = error.issues.find((candidate) => candidate.path[0] === name);
    const path = issue?.path.join('.') ?? name;
    return { field: path, message: `\`${path}\` is not valid: ${issue?.message ?? 'unexpected value'}.` };
  }
  return { field: name, message: `\`${name}\` must be ${expects}${describeGiven(given)}.` };
}

const MAX_SHOWN_CHARACTERS = 60;

/** The value that came, short enough for an answer. Long text is counted instead of repeated. */
function describeGiven(given: unknown): string {
  if (given === undefined) return '; it is missing';
  if (given === null) return ', not null';
  if (Array.isArray(given)) return ` and given once; it came ${given.length} times`;
  if (typeof given === 'string' && given.trim() === '') return '; it is empty';
  if (typeof given === 'string' && given.length > MAX_SHOWN_CHARACTERS)
    return `; ${countCharacters(given)} characters came`;
  if (typeof given === 'object') return '; an object came';
  return `, not ${JSON.stringify(given)}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
