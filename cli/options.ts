import { parseArgs } from 'node:util';
import { METADATA, SHAPES } from '../shared/contract/generation.ts';
import { FORMATS } from '../shared/picture/media-type.ts';
import { EXIT, Failure } from './failure.ts';

/** The table of options, from which the parser, the help and the completions are made. */

export const PREVIEWS = ['auto', 'kitty', 'iterm', 'sixel', 'blocks', 'none'] as const;
export type PreviewMode = (typeof PREVIEWS)[number];

export interface OptionInfo {
  readonly short?: string;
  /** Name of the option's value in the help. Undefined: the option is a flag. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly isFile?: boolean;
  /** The field of `POST /jobs` that it sets; `kind` says how its text is read. */
  readonly field?: string;
  readonly kind?: 'number' | 'json';
  readonly help: string;
}

export const OPTIONS = {
  output: {
    short: 'o',
    value: 'FILE',
    isFile: true,
    help: 'Save the picture; its ending chooses the format. - is standard output.',
  },
  count: { short: 'n', value: 'N', help: 'Pictures, with consecutive seeds; saved as FILE-1, FILE-2, …' },
  shape: { short: 's', value: 'SHAPE', choices: SHAPES, field: 'shape', help: 'The form of the picture.' },
  width: { value: 'PIXELS', field: 'width', kind: 'number', help: 'With --height, in place of --shape.' },
  height: { value: 'PIXELS', field: 'height', kind: 'number', help: 'With --width, in place of --shape.' },
  seed: { value: 'N', field: 'seed', kind: 'number', help: 'The same seed makes the same picture.' },
  negative: { value: 'TEXT', field: 'negative_prompt', help: 'What to avoid.' },
  guidance: { value: 'N', field: 'guidance_scale', kind: 'number', help: 'How closely to follow the prompt, 0 to 20.' },
  engine: { short: 'e', value: 'NAME', field: 'engine', help: 'Only this engine may serve.' },
  steps: { value: 'N', field: 'steps', kind: 'number', help: 'Denoising steps, where the engine has them.' },
  sampler: { value: 'NAME', field: 'sampler', help: 'Sampler, where the engine has one.' },
  scheduler: { value: 'NAME', field: 'scheduler', help: 'Noise schedule, where the engine has one.' },
  'engine-options': { value: 'JSON', field: 'engine_options', kind: 'json', help: 'Extras, keyed by engine name.' },
  format: { short: 'f', value: 'FORMAT', choices: FORMATS, field: 'format', help: 'Left out: by the ending of FILE.' },
  metadata: { value: 'WHAT', choices: METADATA, field: 'metadata', help: 'What the file says of its making.' },
  strict: { field: 'strict', help: 'Skip an engine that cannot honour every option.' },
  safe: { field: 'safe', help: 'Refuse a picture that the engine flags.' },
  callback: { value: 'URL', field: 'callback_url', help: 'Is called when the job has ended (Standard Webhooks).' },
  fresh: { help: 'Make a new picture even where the same one is remembered.' },
  preview: { value: 'MODE', choices: PREVIEWS, help: 'Show the picture in the terminal. Default: auto.' },
  json: { help: 'One JSON object a line; the default where output is piped. --no-json: addresses.' },
  quiet: { short: 'q', help: 'No progress, no warnings.' },
  timeout: { value: 'SECONDS', help: 'How long to wait for one picture. Default: 600.' },
  url: { value: 'URL', help: 'The gateway. Default: EASEL_URL, else http://localhost:10000.' },
  help: { short: 'h', help: 'This text.' },
  version: { short: 'V', help: 'The version.' },
} as const satisfies Readonly<Record<string, OptionInfo>>;

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export const COMMANDS = {
  serve: 'start both services on this machine: no account, no key, no clone',
  status: 'whether the gateway can make pictures now',
  get: 'wait for a job by its id, and show or save its pictures',
  cancel: 'cancel a job by its id',
  doctor: 'what works on this machine and what does not, and how to mend it',
  completion: 'completions for bash, zsh or fish',
} as const;

export type CommandName = keyof typeof COMMANDS;

interface Parsed {
  readonly values: Values;
  readonly words: readonly string[];
}

/** Throws a Failure for an option that is not in the table. */
export function parse(args: readonly string[], table: Readonly<Record<string, OptionInfo>> = OPTIONS): Parsed {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { short, value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      allowNegative: true,
    });
    return { values: values as Values, words: positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.usage, `${message.replace(/\s+/g, ' ')}\nTry \`easel --help\`.`, { cause: error });
  }
}

/** Throws a Failure when the text is no number. The gateway checks the range. */
export function toNumber(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number))
    throw new Failure(EXIT.usage, `--${name} must be a number, not "${text}".`);
  return number;
}

/** The options as fields of `POST /jobs`. */
export function toFields(values: Values): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, info] of Object.entries<OptionInfo>(OPTIONS)) {
    const given = values[name];
    if (info.field !== undefined && given !== undefined) fields[info.field] = toField(name, info, given);
  }
  return fields;
}

function toField(name: string, { kind }: OptionInfo, given: string | boolean): unknown {
  if (typeof given === 'boolean' || kind === undefined) return given;
  if (kind === 'number') return toNumber(name, given);
  try {
    return JSON.parse(given);
  } catch (error) {
    throw new Failure(EXIT.usage, `--${name} must be JSON, for instance '{"sketch":{}}'.`, { cause: error });
  }
}

/** Replaces names of fields by names of options in a sentence of the gateway. */
export function toOptionNames(sentence: string): string {
  return sentence.replace(/`(\w+)`/g, (whole, field: string) => {
    const option = Object.entries<OptionInfo>(OPTIONS).find(([, info]) => info.field === field);
    return option === undefined ? whole : `--${option[0]}`;
  });
}
