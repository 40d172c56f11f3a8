import { AppError } from '../../../shared/errors.ts';
import type { EngineRequest } from '../engine.ts';
import type { GradioInfo, GradioParameter } from './schema.ts';

/** The names that authors of Spaces use for our fields. */
const NAMES = {
  prompt: ['prompt', 'text', 'input_text', 'positive_prompt', 'user_prompt', 'prompt_text'],
  negativePrompt: ['negative_prompt', 'neg_prompt', 'n_prompt', 'negative'],
  seed: ['seed'],
  randomize: ['randomize_seed', 'randomize', 'random_seed', 'use_random_seed'],
  width: ['width', 'image_width', 'w'],
  height: ['height', 'image_height', 'h'],
  steps: ['num_inference_steps', 'steps', 'inference_steps', 'num_steps', 'sampling_steps'],
  guidanceScale: ['guidance_scale', 'guidance', 'cfg_scale', 'cfg', 'true_guidance_scale'],
  aspect: ['aspect_ratio', 'aspect', 'ratio'],
  count: ['num_images', 'num_images_per_prompt', 'num_samples', 'batch_size', 'n'],
} as const;
type Field = keyof typeof NAMES;

/** The operator's own names for fields, by `GRADIO_PARAMETERS`. */
export type ParameterNames = Readonly<Partial<Record<string, string>>>;

export interface FittedCall {
  /** The endpoint's name with its slash. */
  readonly endpoint: string;
  /** In the order of the endpoint's parameters. */
  readonly data: readonly unknown[];
  readonly seed: number;
  readonly warnings: readonly string[];
}

/** Most sliders refuse larger seeds. */
const SEEDS = 2 ** 31;

const nameOf = ({ parameter_name, label }: GradioParameter): string =>
  (parameter_name ?? label ?? '').trim().toLowerCase().replaceAll(' ', '_');

/** Chooses the endpoint that makes pictures from words: the named one, else the first one with a prompt. */
export function chooseEndpoint(info: GradioInfo, wanted: string | undefined, names: ParameterNames): string {
  const endpoints = Object.entries(info.named_endpoints);
  if (wanted !== undefined) {
    const name = `/${wanted.replace(/^\//, '')}`;
    if (name in info.named_endpoints) return name;
    throw new AppError('engine_changed', `the Space has no endpoint ${name}`);
  }
  const withPrompt = endpoints.filter(([, { parameters }]) => find(parameters, 'prompt', names) !== undefined);
  const makesPictures = withPrompt.find(([, { returns }]) =>
    returns.some(({ component }) => /^(image|gallery|imageslider)$/i.test(component ?? '')),
  );
  const [name] = makesPictures ?? withPrompt[0] ?? [];
  if (name === undefined) throw new AppError('engine_changed', 'the Space has no endpoint that takes a prompt');
  return name;
}

function find(parameters: readonly GradioParameter[], field: Field, names: ParameterNames): number | undefined {
  const wanted: readonly string[] = names[field] === undefined ? NAMES[field] : [String(names[field]).toLowerCase()];
  for (const name of wanted) {
    const index = parameters.findIndex((parameter) => nameOf(parameter) === name);
    if (index !== -1) return index;
  }
  return undefined;
}

/** Fits a request to an endpoint by the names of its parameters. Other parameters keep the author's default. */
export function fitParameters(
  request: EngineRequest,
  { info, endpoint, names }: { info: GradioInfo; endpoint: string; names: ParameterNames },
): FittedCall {
  const parameters = info.named_endpoints[endpoint]?.parameters ?? [];
  const data: unknown[] = parameters.map(({ parameter_default }) => parameter_default ?? null);
  const warnings: string[] = [];
  const seed = request.seed % SEEDS;

  const set = (field: Field, value: unknown): boolean => {
    const index = value === undefined ? undefined : find(parameters, field, names);
    if (index !== undefined) data[index] = value;
    return index !== undefined;
  };
  const setOrWarn = (field: Field, value: unknown, sentence: string): void => {
    if (value !== undefined && value !== '' && !set(field, value)) warnings.push(sentence);
  };

  set('prompt', request.prompt);
  set('randomize', false);
  set('count', 1);
  setOrWarn('negativePrompt', request.negativePrompt, 'The Space takes no negative prompt; it was left out.');
  setOrWarn('seed', seed, 'The Space takes no seed, so this picture cannot be made again.');
  setOrWarn('steps', request.steps, 'The Space takes no number of steps; yours was left out.');
  setOrWarn('guidanceScale', request.guidanceScale, 'The Space takes no guidance scale; yours was left out.');
  const takesPixels = set('width', request.width) && set('height', request.height);
  if (!takesPixels && !setAspect()) warnings.push('The Space chooses the size of its pictures itself.');
  applyOptions();
  return { endpoint, data, seed, warnings };

  function setAspect(): boolean {
    const index = find(parameters, 'aspect', names);
    const nearest = index === undefined ? undefined : nearestAspect(parameters[index], request);
    return nearest !== undefined && set('aspect', nearest);
  }

  /** A caller's own values for parameters of the Space, by their names. */
  function applyOptions(): void {
    for (const [name, value] of Object.entries((request.options ?? {}) as Record<string, unknown>)) {
      const index = parameters.findIndex((parameter) => nameOf(parameter) === name.toLowerCase());
      if (index === -1) {
        const known = parameters.map(nameOf).join(', ');
        const publicMessage = `engine_options.gradio.${name}: the Space knows only ${known.slice(0, 500)}.`;
        throw new AppError('invalid_request', 'an option that the Space does not know', {
          field: `engine_options.gradio.${name}`,
          publicMessage,
        });
      }
      data[index] = value;
    }
  }
}

/** The choice whose aspect ratio is nearest to the requested one. Choices look like `16:9` or `1024x768`. */
function nearestAspect(
  parameter: GradioParameter | undefined,
  { width, height }: Pick<EngineRequest, 'width' | 'height'>,
): string | undefined {
  const choices = (parameter?.type as { enum?: unknown } | undefined)?.enum;
  if (!Array.isArray(choices)) return undefined;
  const forms = choices
    .slice(0, 100)
    .map((choice) => ({
      choice: String(choice),
      numbers: /(\d{1,5}) ?[:x×] ?(\d{1,5})/.exec(String(choice).slice(0, 60)),
    }))
    .flatMap(({ choice, numbers }) =>
      numbers === null ? [] : [{ choice, ratio: Number(numbers[1]) / Number(numbers[2]) }],
    );
  const distance = (ratio: number): number => Math.abs(Math.log(ratio / (width / height)));
  return forms.toSorted((a, b) => distance(a.ratio) - distance(b.ratio))[0]?.choice;
}
