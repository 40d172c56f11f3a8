import { AppError } from '../../../shared/errors.ts';
import { sniffMediaType } from '../../../shared/picture/media-type.ts';
import { choice, text, urlWithDefault } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { createRateWindow } from '../../upstream/rate-limit-headers.ts';
import {
  isSuccess,
  readJson,
  requireBase64Picture,
  requirePicture,
  type UpstreamReply,
} from '../../upstream/upstream.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { isModelGone, missingKey, toFailure } from './failures.ts';
import { limitsOf } from './limits.ts';
import { createModels } from './models.ts';
import { probeHuggingface } from './probe.ts';
import { type PictureParameters, PROVIDER_NAMES, type ProviderName } from './providers.ts';
import { waitInQueue } from './queue.ts';
import { createRouter } from './router.ts';
import { huggingfaceOptionsSchema, picturesSchema } from './schema.ts';

const settings = {
  HUGGING_FACE_API_KEY: text('A token with the permission "Make calls to Inference Providers"', { secret: true }),
  HUGGING_FACE_MODEL: text('The model of the huggingface engine; unset: one that somebody serves', {
    format: "a model's id at huggingface.co: `owner/name`",
  }),
  HUGGING_FACE_API_URL: urlWithDefault(
    'The router with /hf-inference; /models/<id> is appended',
    'https://router.huggingface.co/hf-inference',
  ),
  HUGGING_FACE_PROVIDER: choice(
    'Who runs the model; `auto`: a provider that serves it, in Hugging Face’s order',
    ['auto', ...PROVIDER_NAMES],
    'auto',
  ),
};

interface HuggingfaceConfig {
  readonly apiUrl: string;
  readonly apiKey?: string | undefined;
  /** Missing: the first model of a short list that a provider serves. */
  readonly model?: string | undefined;
  readonly provider: ProviderName | 'auto';
  readonly clock: Clock;
}

/**
 * Hugging Face's Inference Providers over plain HTTP. Its npm package is not used, for four reasons: it cannot send a
 * named provider's calls to another address, it repeats a 503 at once and without end, it asks the hub on every call by
 * default, and its errors contain the request with prompt and token.
 */
export function createHuggingface({ apiUrl, apiKey, model, provider, clock }: HuggingfaceConfig): Engine {
  const router = createRouter(apiUrl);
  const models = createModels({ router, model, provider, clock });
  const fetchPicture = createGuardedFetch({ base: apiUrl });
  const rateWindow = createRateWindow(clock);

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const { signal, onProgress } = context;
    parseVendorOptions('huggingface', huggingfaceOptionsSchema, request.options);
    const key = request.credential ?? apiKey;
    if (key === undefined) throw missingKey();
    const headers = { authorization: `Bearer ${key}`, accept: 'image/png, image/*, application/json' };
    onProgress({ stage: 'generate' });
    const { target, first } = await submitFirst(request, headers, signal);
    rateWindow.read(first.headers);
    const reply = await waitInQueue({ router: router.at(target.provider), clock, headers, first, signal, onProgress });
    const bytes = await readPicture(reply, context);
    if (bytes !== undefined) return { images: [{ bytes }], warnings: [] };
    throw toFailure(reply, [key, request.prompt, request.negativePrompt], { now: clock.now(), ...target });
  }

  /** Asks the providers in order. One that no longer has the model made nothing, so the next one is asked. */
  async function submitFirst(request: EngineRequest, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    const targets = await models.list(signal);
    for (const [index, target] of targets.entries()) {
      const { shape, send } = router.at(target.provider);
      const body = shape.toBody(toParameters(request), target.modelId);
      const first = await send(shape.toPath(target.modelId), headers, signal, body);
      if (isModelGone(first)) models.noteGone(target);
      if (!isModelGone(first) || index === targets.length - 1) return { target, first };
    }
    throw new AppError('internal', 'huggingface: there is no model to ask for');
  }

  /** Reads bytes, or JSON that holds or names them. Undefined if the answer is neither. */
  async function readPicture(reply: UpstreamReply, { signal, onProgress }: EngineContext): Promise<Buffer | undefined> {
    if (!isSuccess(reply)) return undefined;
    if (sniffMediaType(reply.body) !== undefined) return reply.body;
    if (reply.headers['content-type']?.startsWith('image/') === true) return requirePicture(reply.body, reply.call);
    const [picture] = picturesSchema.safeParse(readJson(reply)).data ?? [];
    if (picture === undefined) return undefined;
    if ('b64_json' in picture) return requireBase64Picture(picture.b64_json, reply.call);
    onProgress({ stage: 'download' });
    return requirePicture(await fetchPicture(picture.url, { signal }), 'huggingface: the picture');
  }

  return {
    name: 'huggingface',
    get limits() {
      const latest = models.latest();
      return limitsOf(latest.provider, latest.model);
    },
    /** Asks the hub ahead. A request that comes meanwhile waits for the answer. */
    start: async () => {
      if (apiKey !== undefined) models.list(new AbortController().signal).catch(() => undefined);
    },
    generate: async (request, context) => {
      try {
        return await generate(request, context);
      } catch (error) {
        throw context.signal.aborted ? toAbortError(context.signal) : error;
      }
    },
    quotaRemaining: rateWindow.quotaRemaining,
    quotaResetsAt: rateWindow.quotaResetsAt,
    probe: ({ signal }) => {
      const { model: wanted } = models.latest();
      return probeHuggingface({ router, apiKey, list: models.list, model: wanted, now: clock.now(), signal });
    },
  };
}

function toParameters(request: EngineRequest): PictureParameters {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt === '' ? undefined : request.negativePrompt,
    width: request.width,
    height: request.height,
    seed: request.seed,
    num_inference_steps: request.steps,
    guidance_scale: request.guidanceScale,
    scheduler: request.scheduler,
  };
}

export const huggingface: EnginePlugin<typeof settings> = {
  name: 'huggingface',
  settings,
  create: (given, { clock }) =>
    createHuggingface({
      apiUrl: given.HUGGING_FACE_API_URL,
      apiKey: given.HUGGING_FACE_API_KEY,
      model: given.HUGGING_FACE_MODEL,
      provider: given.HUGGING_FACE_PROVIDER,
      clock,
    }),
};
