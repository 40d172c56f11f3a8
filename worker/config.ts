import type { z } from 'zod';
import { commonSettings } from '../shared/service/common-settings.ts';
import {
  describeSetting,
  GUIDE,
  list,
  optionalWholeNumber,
  readSettings,
  SettingsError,
  text,
  textWithDefault,
  wholeNumber,
} from '../shared/service/config.ts';
import type { Engine, EnginePlugin, EngineServices } from './engines/engine.ts';
import { engines as knownEngines } from './engines/index.ts';
import { createFaults, type Environment, enable } from './plugins.ts';
import { stores as knownStores } from './stores/index.ts';
import type { Store, StorePlugin, StoreServices } from './stores/store.ts';

const MINUTE_MS = 60_000;

/** The worker's own settings. Each plug-in adds its own. */
export const workerSettings = {
  ...commonSettings,
  PORT: wholeNumber('Port of the worker; 0 takes a free one.', { min: 0, max: 65_535, default: 10_001 }),
  REDIS_URL: text(
    'Redis or Valkey whose queue the worker serves, besides its own address; the same as the gateways’.',
    {
      format: 'redis://… or rediss://…',
      secret: true,
    },
  ),
  ENGINES: list(
    'Engines that may serve, in order of preference; unset: `perchance,gradio,horde,sketch`, with `cloudflare` before `gradio` where its token and account are set.',
    'names, separated by commas',
  ),
  FALLBACK_WITHIN_MS: optionalWholeNumber(
    'How long all engines before the last one may take together until the last one is asked (milliseconds); unset: 70000 where ENGINES is unset, else as long as the job has.',
    { min: 1000, max: 60 * MINUTE_MS },
  ),
  STORES: list(
    'Stores that may keep a picture, in order of preference; unset: `disk`, after `imgur` where IMGUR_CLIENT_ID is set.',
    'names, separated by commas',
  ),
  CONCURRENCY: wholeNumber(
    'Jobs made at the same time; while large ones hold all places, one job of a single ordinary picture is made besides.',
    { min: 1, max: 64, default: 1 },
  ),
  MAX_WAITING: wholeNumber('Jobs that may wait for a slot; one more is refused.', { min: 0, max: 10_000, default: 20 }),
  ENGINE_TIMEOUT_MS: wholeNumber('How long one call of an engine may take (milliseconds).', {
    min: 100,
    max: 60 * MINUTE_MS,
    default: 3 * MINUTE_MS,
  }),
  DATA_DIR: textWithDefault('Where pictures and other files are kept.', './data', 'a path'),
  CHROMIUM_PATH: text('Chromium to use; unset: the first one that is found.', { format: 'the path of a program' }),
  CHROMIUM_RESTART_AFTER: wholeNumber('Pages after which Chromium is restarted; 0: never.', {
    min: 0,
    default: 200,
  }),
  CHROMIUM_IDLE_SHUTDOWN_MS: wholeNumber(
    'Time without a job after which Chromium is stopped (milliseconds); 0: never.',
    {
      min: 0,
      default: 5 * MINUTE_MS,
    },
  ),
  MEMORY_LIMIT_MB: optionalWholeNumber(
    'Memory of worker and Chromium together, file caches aside, above which Chromium is restarted; unset: three quarters of the container’s limit, or 500 where it has none.',
    { min: 100 },
  ),
} satisfies z.ZodRawShape;

export type WorkerSettings = z.infer<z.ZodObject<typeof workerSettings>> & {
  readonly WORKER_TOKEN: readonly string[];
};

/** What plug-ins get from the worker. */
export interface WorkerServices {
  readonly forEngines: EngineServices;
  readonly forStores: StoreServices;
}

export interface WorkerConfig<Services extends WorkerServices> {
  readonly settings: WorkerSettings;
  readonly services: Services;
  /** In order of preference. */
  readonly engines: readonly Engine[];
  readonly stores: readonly Store[];
}

interface Known {
  readonly engines: readonly EnginePlugin[];
  readonly stores: readonly StorePlugin[];
}

/** Engines that make real pictures without an account come first; `sketch` needs no upstream. */
const defaultEngines = ({ CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID }: Environment): string[] => {
  const hasCloudflare = !isUnset(CLOUDFLARE_API_TOKEN) && !isUnset(CLOUDFLARE_ACCOUNT_ID);
  return ['perchance', ...(hasCloudflare ? ['cloudflare'] : []), 'gradio', 'horde', 'sketch'];
};

/** Less than the 85 s that callers wait, so that `sketch` can still answer in time. */
const DEFAULT_FALLBACK_WITHIN_MS = 70_000;

/** Read separately, so that they apply even if other settings are wrong. */
const ORDERS = { ENGINES: workerSettings.ENGINES, STORES: workerSettings.STORES };

/**
 * Reads the settings of the worker and of every plug-in, and constructs the enabled plug-ins. Throws one SettingsError
 * with all faults. If the worker's own settings are wrong, `createServices` (which only constructs) is called with
 * defaults, so that the plug-ins' faults are found too.
 */
export function configure<Services extends WorkerServices>(
  environment: Environment,
  createServices: (settings: WorkerSettings) => Services,
  known: Known = { engines: knownEngines, stores: knownStores },
): WorkerConfig<Services> {
  const faults = createFaults();
  const read = faults.collect(() => readSettings(workerSettings, environment)) ?? readSettings(workerSettings, {});
  if (isUnset(environment.WORKER_TOKEN)) faults.collect(refuseNoToken);
  const { ENGINES, STORES = defaultStores(environment) } = readSettings(ORDERS, environment);
  const settings = {
    ...read,
    WORKER_TOKEN: read.WORKER_TOKEN ?? [],
    FALLBACK_WITHIN_MS: read.FALLBACK_WITHIN_MS ?? (ENGINES === undefined ? DEFAULT_FALLBACK_WITHIN_MS : undefined),
  };
  const services = createServices(settings);
  const engines = enable<EngineServices, Engine>({
    variable: 'ENGINES',
    names: ENGINES ?? defaultEngines(environment),
    known: known.engines,
    environment,
    services: services.forEngines,
    faults,
  });
  const stores = enable<StoreServices, Store>({
    variable: 'STORES',
    names: STORES,
    known: known.stores,
    environment,
    services: services.forStores,
    faults,
  });
  faults.throwIfAny();
  return { settings, services, engines, stores };
}

const isUnset = (value: string | undefined): boolean => value === undefined || value.trim() === '';

function refuseNoToken(): never {
  const { format } = describeSetting(workerSettings.WORKER_TOKEN);
  throw new SettingsError(`WORKER_TOKEN: expected ${format} (${GUIDE}#worker_token)`);
}

const defaultStores = ({ IMGUR_CLIENT_ID = '' }: Environment): string[] =>
  IMGUR_CLIENT_ID.trim() === '' ? ['disk'] : ['imgur', 'disk'];
