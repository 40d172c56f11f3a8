import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { MAX_SEED } from '../shared/contract/generation.ts';
import { EXIT, Failure } from './failure.ts';
import { PREVIEWS, type PreviewMode, toFields, toNumber, type Values } from './options.ts';
import type { Surroundings } from './surroundings.ts';

/** What the command line asks for, known before the gateway is called. */
export interface Plan {
  /** Bodies of `POST /jobs` for one prompt, each with its `count`. */
  readonly parts: readonly Readonly<Record<string, unknown>>[];
  readonly target: Target;
  readonly preview: PreviewMode;
}

/** Where pictures are saved. */
export type Target =
  | { readonly kind: 'nowhere' | 'stdout' }
  | { readonly kind: 'file'; readonly path: string; readonly isNumbered: boolean };

/** Most pictures of one job. */
const MAX_COUNT = 4;
/** Most pictures of one prompt, so that a typing error does not ask for a million. */
const MAX_PICTURES = 1000;

const FORMATS: Readonly<Record<string, string>> = {
  ...{ '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp', '.avif': 'avif' },
};

/** `isMany`: prompts come from standard input, one a line. */
export function toPlan(values: Values, isMany: boolean): Plan {
  const count = toCount(values);
  const target = toTarget(values, isMany || count > 1);
  const fields = { ...toFormat(values, target), ...toFields(values) };
  return { parts: toParts(fields, count), target, preview: toPreview(values) };
}

function toCount({ count = '1' }: Values): number {
  const number = toNumber('count', String(count));
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PICTURES) return number;
  throw new Failure(EXIT.usage, `--count must be a whole number from 1 to ${MAX_PICTURES}, not ${number}.`);
}

export function toTarget({ output }: Values, isNumbered: boolean): Target {
  if (output === undefined) return { kind: 'nowhere' };
  if (output !== '-') return { kind: 'file', path: String(output), isNumbered };
  if (!isNumbered) return { kind: 'stdout' };
  throw new Failure(EXIT.usage, '-o - takes one picture; name a file to save several.');
}

function toFormat({ format }: Values, target: Target): { format?: string } {
  if (format !== undefined || target.kind !== 'file') return {};
  const ending = extname(target.path).toLowerCase();
  const known = FORMATS[ending];
  if (known !== undefined) return { format: known };
  const endings = Object.keys(FORMATS).join(', ');
  throw new Failure(EXIT.usage, `-o ${target.path}: name it with one of ${endings}, or give --format as well.`);
}

export function toPreview({ preview = 'auto' }: Values): PreviewMode {
  const mode = PREVIEWS.find((name) => name === preview);
  if (mode !== undefined) return mode;
  throw new Failure(EXIT.usage, `--preview must be one of ${PREVIEWS.join(', ')}, not "${preview}".`);
}

/** Splits the pictures into jobs of at most MAX_COUNT, with consecutive seeds across the jobs. */
function toParts(fields: Readonly<Record<string, unknown>>, count: number): Readonly<Record<string, unknown>>[] {
  const { seed } = fields;
  return Array.from({ length: Math.ceil(count / MAX_COUNT) }, (_, index) => {
    const done = index * MAX_COUNT;
    // A seed out of range is passed on unchanged, because the gateway's error says what is allowed.
    const isGiven = typeof seed === 'number' && seed >= 0 && seed <= MAX_SEED;
    return {
      ...fields,
      ...(isGiven && { seed: (seed + done) % (MAX_SEED + 1) }),
      count: Math.min(count - done, MAX_COUNT),
    };
  });
}

/** Yields one prompt a line and skips empty lines. */
export async function* readPrompts({ stdin }: Surroundings, signal: AbortSignal): AsyncGenerator<string> {
  const lines = createInterface({ input: stdin, signal });
  for await (const line of lines) {
    const prompt = line.replace(/^\ufeff/, '').trim();
    if (prompt !== '') yield prompt;
  }
}
