import type { SamplerName, SchedulerName } from '../../../../shared/contract/samplers.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { SchedulerConfig } from './scheduler.ts';

interface Sampler {
  readonly className: string;
  /** Options that make the class behave as this sampler. */
  readonly options?: SchedulerConfig;
  /** Options that apply unless the model's config sets them. */
  readonly defaults?: SchedulerConfig;
  readonly hasSigmas?: boolean;
  readonly aliases: readonly string[];
}

/** By AUTOMATIC1111's names, with the classes of diffusers' table "schedulers overview". */
const SAMPLERS: Readonly<Record<string, Sampler>> = {
  'Euler a': { className: 'EulerAncestralDiscreteScheduler', aliases: ['euler ancestral'] },
  Euler: { className: 'EulerDiscreteScheduler', hasSigmas: true, aliases: [] },
  'DPM++ 2M': {
    className: 'DPMSolverMultistepScheduler',
    options: { algorithm_type: 'dpmsolver++', solver_type: 'midpoint', solver_order: 2 },
    hasSigmas: true,
    aliases: ['dpm solver multistep', 'dpm solver'],
  },
  'DPM++ 2M SDE': {
    className: 'DPMSolverMultistepScheduler',
    options: { algorithm_type: 'sde-dpmsolver++', solver_type: 'midpoint', solver_order: 2 },
    hasSigmas: true,
    aliases: [],
  },
  'DPM++ 2M SDE Heun': {
    className: 'DPMSolverMultistepScheduler',
    options: { algorithm_type: 'sde-dpmsolver++', solver_type: 'heun', solver_order: 2 },
    hasSigmas: true,
    aliases: [],
  },
  // By default the class clips values to -1..1, which would damage latents.
  DDIM: { className: 'DDIMScheduler', defaults: { clip_sample: false }, aliases: [] },
  PLMS: { className: 'PNDMScheduler', options: { skip_prk_steps: true }, aliases: ['pndm'] },
  LCM: { className: 'LCMScheduler', aliases: [] },
} satisfies Readonly<Record<SamplerName, Sampler>>;

const NO_SIGMAS = {
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
  use_lu_lambdas: false,
};

const AUTOMATIC = 'Automatic';

interface Schedule {
  readonly options: SchedulerConfig;
  readonly aliases: readonly string[];
}

/** By AUTOMATIC1111's names of its schedule types; `Automatic` leaves the model's own. */
const SCHEDULES: Readonly<Record<string, Schedule>> = {
  [AUTOMATIC]: { options: {}, aliases: ['auto', 'default'] },
  Normal: { options: NO_SIGMAS, aliases: ['uniform', 'discrete'] },
  Karras: { options: { ...NO_SIGMAS, use_karras_sigmas: true }, aliases: [] },
  Exponential: { options: { ...NO_SIGMAS, use_exponential_sigmas: true }, aliases: [] },
  Beta: { options: { ...NO_SIGMAS, use_beta_sigmas: true }, aliases: [] },
  'SGM Uniform': { options: { ...NO_SIGMAS, timestep_spacing: 'trailing' }, aliases: ['simple'] },
} satisfies Readonly<Record<SchedulerName, Schedule>>;

export const SAMPLER_NAMES: readonly string[] = Object.keys(SAMPLERS);
export const SCHEDULE_NAMES: readonly string[] = Object.keys(SCHEDULES);

export interface SamplerRequest {
  /** AUTOMATIC1111's or ComfyUI's name, any case; it may end in a schedule ("DPM++ 2M Karras"). */
  readonly sampler?: string | undefined;
  /** AUTOMATIC1111's or ComfyUI's name. `Automatic` equals undefined; any other wins over the sampler's ending. */
  readonly scheduler?: string | undefined;
}

export interface SamplerChoice {
  readonly config: SchedulerConfig;
  /** Canonical name. Undefined: the model's own scheduler. */
  readonly sampler: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * Applies the sampler and schedule of a request to the model's scheduler config. Throws AppError `invalid_request` for an
 * unknown name, and lists the known ones.
 */
export function applySampler(config: SchedulerConfig, request: SamplerRequest): SamplerChoice {
  const named = request.sampler === undefined ? undefined : findSampler(request.sampler);
  const scheduleName = findSchedule(request.scheduler ?? AUTOMATIC);
  const schedule = scheduleName === AUTOMATIC ? (named?.schedule ?? AUTOMATIC) : scheduleName;
  const sampler = named === undefined ? undefined : SAMPLERS[named.sampler];
  const chosen = sampler === undefined ? config : swapClass(config, sampler);
  const options = SCHEDULES[schedule]?.options ?? {};
  const isKept = acceptsSchedule(chosen._class_name, options);
  return {
    config: isKept ? { ...chosen, ...options } : chosen,
    sampler: named?.sampler,
    warnings: isKept ? [] : [`The schedule ${schedule} does not go with this sampler; its own is used.`],
  };
}

function swapClass(config: SchedulerConfig, { className, options, defaults }: Sampler): SchedulerConfig {
  return { ...defaults, ...config, ...options, _class_name: className };
}

/** Only some classes support schedules of sigmas. Options without such a schedule suit every class. */
function acceptsSchedule(className: unknown, options: SchedulerConfig): boolean {
  if (!Object.values(options).includes(true)) return true;
  return Object.values(SAMPLERS).some((sampler) => sampler.hasSigmas && sampler.className === className);
}

function findSampler(name: string): { sampler: string; schedule: string | undefined } {
  const key = toSamplerKey(name);
  const sampler = SAMPLER_KEYS.get(key);
  if (sampler !== undefined) return { sampler, schedule: undefined };
  for (const schedule of ['Karras', 'Exponential']) {
    const ending = toKey(schedule);
    const base = key.endsWith(ending) ? SAMPLER_KEYS.get(key.slice(0, -ending.length)) : undefined;
    if (base !== undefined) return { sampler: base, schedule };
  }
  throw unknownName('sampler', name, SAMPLER_NAMES);
}

function findSchedule(name: string): string {
  const schedule = SCHEDULE_KEYS.get(toKey(name));
  if (schedule === undefined) throw unknownName('scheduler', name, SCHEDULE_NAMES);
  return schedule;
}

/** Makes `dpmpp_2m_sde_gpu`, `k_dpmpp_2m_sde` and `DPM++ 2M SDE` equal, and `euler_a` and `Euler a`. */
function toSamplerKey(name: string): string {
  return toKey(name)
    .replace(/^k(?=euler|dpm)/, '')
    .replace(/gpu$/, '')
    .replace(/scheduler$/, '')
    .replace(/discrete$/, '');
}

function toKey(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('++', 'pp')
    .replace(/[\s_-]+/g, '');
}

function toKeys(entries: Readonly<Record<string, { readonly aliases: readonly string[] }>>): Map<string, string> {
  return new Map(
    Object.entries(entries).flatMap(([name, { aliases }]) => [name, ...aliases].map((alias) => [toKey(alias), name])),
  );
}

const SAMPLER_KEYS = toKeys(SAMPLERS);
const SCHEDULE_KEYS = toKeys(SCHEDULES);

function unknownName(field: string, name: string, known: readonly string[]): AppError {
  const message = `The ${field} "${name.slice(0, 100)}" is not known here. Known: ${known.join(', ')}.`;
  return new AppError('invalid_request', message, { publicMessage: message, field });
}
