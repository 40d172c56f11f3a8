import { countCharacters, type GenerationRequest, type Shape } from '../../shared/contract/generation.ts';
import type { Engine, EngineLimits, EngineRequest, NumberLimit } from './engine.ts';
import { chooseSize } from './fit-size.ts';

export interface Fit {
  /** For the whole request: `count` may still exceed the engine's `maxCount`. */
  readonly request: EngineRequest;
  /** One sentence for each field that the engine cannot honour. */
  readonly warnings: readonly string[];
}

/** Fits a request to an engine's limits. A missing field gets the engine's default, without a warning. */
export function fit(request: GenerationRequest, engine: Pick<Engine, 'name' | 'limits'>, credential?: string): Fit {
  const { name, limits } = engine;
  const warnings: string[] = [];
  const warn = (sentence: string): void => {
    warnings.push(sentence);
  };
  const { width, height } = chooseSize(request, limits, name, warn);
  const fitted: EngineRequest = {
    prompt: fitText('prompt', request.prompt, engine, warn),
    negativePrompt: fitText('negative prompt', fitNegativePrompt(request, engine, warn), engine, warn),
    seed: request.seed,
    count: request.count,
    width,
    height,
    shape: toShape(width, height),
    guidanceScale: fitNumber('guidance scale', request.guidanceScale, limits.guidanceScale, name, warn),
    steps: fitNumber('number of steps', request.steps, limits.steps, name, warn),
    sampler: fitName('sampler', request.sampler, limits.samplers, name, warn),
    scheduler: fitName('scheduler', request.scheduler, limits.schedulers, name, warn),
    previews: request.previews,
    options: request.engineOptions?.[name],
    credential,
  };
  if (request.seedGiven && !limits.seed) warn(`${name} takes no seed, so this picture cannot be made again.`);
  const strangers = Object.keys(request.engineOptions ?? {});
  if (strangers.length > 0 && !strangers.includes(name))
    warn(`${name} does not know the options for ${strangers.join(', ')}.`);
  return { request: fitted, warnings };
}

type Warn = (sentence: string) => void;

function fitNegativePrompt(
  { negativePrompt = '' }: GenerationRequest,
  { name, limits }: Pick<Engine, 'name' | 'limits'>,
  warn: Warn,
): string {
  if (negativePrompt === '' || limits.negativePrompt) return negativePrompt;
  warn(`${name} takes no negative prompt; it was left out.`);
  return '';
}

/** Cuts at the end of a word, or inside the first word if that alone is too long. */
function fitText(
  what: string,
  text: string,
  { name, limits: { promptCharacters = Number.POSITIVE_INFINITY } }: Pick<Engine, 'name' | 'limits'>,
  warn: Warn,
): string {
  // A text never has more code points than code units.
  if (text.length <= promptCharacters) return text;
  const characters = Array.from(text);
  if (characters.length <= promptCharacters) return text;
  const head = characters.slice(0, promptCharacters + 1);
  const end = head.findLastIndex((character) => character.trim() === '');
  const kept = characters
    .slice(0, end > 0 ? end : promptCharacters)
    .join('')
    .trimEnd();
  warn(
    `The ${what} was cut to its first ${countCharacters(kept)} characters: ${name} reads ${promptCharacters} at most.`,
  );
  return kept;
}

function fitNumber(
  what: string,
  given: number | undefined,
  limit: NumberLimit | undefined,
  name: string,
  warn: Warn,
): number | undefined {
  if (limit === undefined) {
    if (given !== undefined) warn(`${name} takes no ${what}; ${given} was left out.`);
    return undefined;
  }
  if (given === undefined) return limit.default;
  const { min, max, step } = limit;
  const stepped = step === undefined ? given : min + Math.round((given - min) / step) * step;
  // Steps such as 0.1 cause rounding errors in binary.
  const value = Number(Math.min(max, Math.max(min, stepped)).toFixed(6));
  const kind = step === 1 ? 'whole numbers' : step === undefined ? 'numbers' : `steps of ${step}`;
  if (value !== given) warn(`The ${what} ${given} became ${value}: ${name} takes ${kind} from ${min} to ${max}.`);
  return value;
}

function fitName(
  what: string,
  given: string | undefined,
  known: EngineLimits['samplers'],
  name: string,
  warn: Warn,
): string | undefined {
  if (given === undefined || known === 'any') return given;
  const lowerCase = given.trim().toLowerCase();
  if (known?.includes(lowerCase) === true) return lowerCase;
  warn(
    known === undefined
      ? `${name} takes no ${what}; yours was left out.`
      : `${name} does not know this ${what}; it used its own.`,
  );
  return undefined;
}

const toShape = (width: number, height: number): Shape =>
  width === height ? 'square' : width > height ? 'landscape' : 'portrait';
