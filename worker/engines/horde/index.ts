import { list, textWithDefault, urlWithDefault, wholeNumber } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { createCancellations } from '../cancellations.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { createServiceCalls } from '../service-calls.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';
import { explainHorde } from './failures.ts';
import { createGeneration } from './generation.ts';
import { createModelChoice, toFreeSize, toFreeSteps } from './models.ts';
import { probeHorde } from './probe.ts';

const DEFAULT_URL = 'https://aihorde.net/api/v2';
/** Volunteers serve different models at different times. The first one that a worker of the Horde serves is used. */
const DEFAULT_MODELS = ['AlbedoBase XL (SDXL)', 'Flux.1-Schnell fp8 (Compact)', 'Z-Image-Turbo', 'Deliberate'];

/** Everybody may use this key, so it is not a secret. */
const SHARED_KEY = '0000000000';

const settings = {
  HORDE_URL: urlWithDefault('Where the horde engine reaches AI Horde', DEFAULT_URL),
  HORDE_API_KEY: textWithDefault(
    'Your key for AI Horde; the default is the one that everybody shares',
    SHARED_KEY,
    'a key of aihorde.net',
  ),
  HORDE_CLIENT_AGENT: textWithDefault(
    'How the horde engine names itself to AI Horde, which asks for a way to reach you',
    'easel:1:self-hosted',
    'name:version:contact',
  ),
  HORDE_MODELS: list(
    `Models of the horde engine in order of preference; unset: ${DEFAULT_MODELS.join(', ')}`,
    'names, separated by commas',
  ),
  HORDE_MAX_WAIT_SECONDS: wholeNumber(
    'How long the horde engine waits for a free place, and the longest wait that AI Horde may name, before it says that it is busy (seconds).',
    { min: 5, max: 1200, default: 45 },
  ),
};

/** The model is chosen for each request, and there are no accounts in addresses. */
const NO_CHOICE = { model: 'of that name', account: '' };

interface HordeConfig {
  readonly url: string;
  readonly key: string;
  readonly clientAgent: string;
  readonly models: readonly string[];
  readonly maxWaitSeconds: number;
  readonly clock: Clock;
}

/** AI Horde: volunteers' GPUs, free within an envelope of size and steps. https://aihorde.net/api */
function createHorde({ models, maxWaitSeconds, clientAgent, ...config }: HordeConfig): Engine {
  const { clock, url } = config;
  const service = {
    ...{ name: 'horde', title: 'AI Horde', url: DEFAULT_URL, explain: explainHorde },
    authorize: (key: string) => ({ apikey: key, 'client-agent': clientAgent }),
  };
  const chooseModel = createModelChoice(models, clock);
  const fetchPicture = createGuardedFetch({ base: url });
  const cancellations = createCancellations();

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const { signal, onProgress } = context;
    const secrets = [request.prompt, request.negativePrompt, ...(config.key === SHARED_KEY ? [] : [config.key])];
    const calls = createServiceCalls({ service, config: { ...config, ...NO_CHOICE }, request, secrets, signal });
    let id: string | undefined;
    try {
      onProgress({ stage: 'queue' });
      const model = await chooseModel(calls);
      const size = toFreeSize(request, model);
      const call = { url: '/generate/async', json: toBody({ ...request, ...size }, model) };
      const generation = createGeneration({ calls, context, clock, maxWaitSeconds, fetchPicture });
      const accepted = await generation.submit(call);
      id = accepted.id;
      await generation.waitUntilDone(accepted.id);
      const image = await generation.fetchImage(accepted.id);
      return { images: [image], warnings: [...toSizeWarning(request, size), ...accepted.warnings.map(toSentence)] };
    } catch (error) {
      // Nobody waits for the picture any more, so the volunteers should not make it.
      if (id !== undefined) cancellations.add(calls.cancel({ method: 'DELETE', url: `/generate/status/${id}` }));
      throw signal.aborted ? toAbortError(signal) : calls.toError(error);
    }
  }

  return {
    name: 'horde',
    serviceUrl: url,
    limits: {
      ...MEGAPIXEL_LIMITS,
      sizes: { multipleOf: 64, min: 64, max: 1536, maxPixels: 1024 * 1024 },
      negativePrompt: true,
      steps: { min: 1, max: 30, step: 1, default: 25 },
      guidanceScale: { min: 0, max: 30, default: 7 },
    },
    generate,
    probe: ({ signal }) => probeHorde({ ...config, clientAgent, models, now: clock.now(), signal }),
    stop: cancellations.untilEnded,
  };
}

function toBody(request: EngineRequest, model: string) {
  const { prompt, negativePrompt, seed, width, height, guidanceScale } = request;
  return {
    prompt: negativePrompt === '' ? prompt : `${prompt} ### ${negativePrompt}`,
    params: {
      ...{ width, height, n: 1, seed: String(seed), karras: true, sampler_name: 'k_euler_a' },
      ...{ steps: toFreeSteps(request, model), cfg_scale: guidanceScale },
    },
    models: [model],
    // Only what is safe for everybody, by any volunteer's machine, at no price in kudos.
    ...{ nsfw: false, censor_nsfw: true, slow_workers: true, trusted_workers: false, allow_downgrade: true },
    ...{ r2: true, shared: false, replacement_filter: true },
  };
}

const toSizeWarning = ({ width, height }: EngineRequest, size: { width: number; height: number }): string[] =>
  size.width === width && size.height === height
    ? []
    : [`The size ${width}x${height} became ${size.width}x${size.height}, which AI Horde makes free of charge.`];

const toSentence = ({ message }: { message: string }): string => `AI Horde: ${message.slice(0, 200)}`;

export const horde: EnginePlugin<typeof settings> = {
  name: 'horde',
  settings,
  create: (given, { clock }) =>
    createHorde({
      url: given.HORDE_URL,
      key: given.HORDE_API_KEY,
      clientAgent: given.HORDE_CLIENT_AGENT,
      models: given.HORDE_MODELS ?? DEFAULT_MODELS,
      maxWaitSeconds: given.HORDE_MAX_WAIT_SECONDS,
      clock,
    }),
};
