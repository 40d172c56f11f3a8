import { unsupportedConfig } from './faults.ts';
import type { SchedulerConfig } from './scheduler.ts';

/** Typed access to a config. A key that is missing or null has the given default, as in diffusers' `from_config`. */
export interface OptionReader {
  flag(key: string, fallback: boolean): boolean;
  number(key: string, fallback: number): number;
  /** A whole number from `min` to `max`. */
  integer(key: string, fallback: number, min: number, max?: number): number;
  choice<Choice extends string>(key: string, choices: readonly Choice[], fallback: Choice): Choice;
  /** Undefined when missing. */
  optionalNumber(key: string): number | undefined;
  /** Undefined when missing. */
  numbers(key: string): number[] | undefined;
}

export function createOptionReader(config: SchedulerConfig): OptionReader {
  const read = <Value>(key: string, fallback: Value, decode: (value: unknown) => Value | undefined, wanted: string) => {
    const raw = config[key];
    if (raw === undefined || raw === null) return fallback;
    const value = decode(raw);
    if (value === undefined) throw unsupportedConfig(`${key} is ${describe(raw)}, but must be ${wanted}.`);
    return value;
  };

  return {
    flag: (key, fallback) => read(key, fallback, decodeFlag, 'true or false'),
    number: (key, fallback) => read(key, fallback, decodeNumber, 'a number'),
    integer: (key, fallback, min, max = Number.MAX_SAFE_INTEGER) => {
      const wanted = `a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`;
      return read(key, fallback, (raw) => (isInteger(raw) && raw >= min && raw <= max ? raw : undefined), wanted);
    },
    choice: (key, choices, fallback) =>
      read(key, fallback, (raw) => choices.find((choice) => choice === raw), `one of ${choices.join(', ')}`),
    optionalNumber: (key) => read(key, undefined, decodeNumber, 'a number'),
    numbers: (key) => read<number[] | undefined>(key, undefined, decodeNumbers, 'a list of numbers'),
  };
}

/**
 * Parses the text of a `scheduler_config.json`. Python writes bare `-Infinity` (`lambda_min_clipped`), which JSON does
 * not have. It becomes a string, which the number options accept.
 */
export function parseSchedulerConfig(text: string): SchedulerConfig {
  const json = text.replace(/"(?:[^"\\]|\\.)*(?:"|$)|-?\bInfinity\b/gs, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw unsupportedConfig(`it is not JSON (${cause instanceof Error ? cause.message : String(cause)}).`);
  }
  if (!isObject(value)) throw unsupportedConfig('it is not a JSON object.');
  return value;
}

function decodeFlag(raw: unknown): boolean | undefined {
  return typeof raw === 'boolean' ? raw : undefined;
}

function decodeNumber(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isNaN(raw) ? undefined : raw;
  if (raw === '-Infinity' || raw === '-inf') return -Infinity;
  return raw === 'Infinity' || raw === 'inf' ? Infinity : undefined;
}

function decodeNumbers(raw: unknown): number[] | undefined {
  return Array.isArray(raw) && raw.length > 0 && raw.every((entry) => Number.isFinite(entry)) ? raw : undefined;
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(raw: unknown): string {
  return (JSON.stringify(raw) ?? String(raw)).slice(0, 80);
}
