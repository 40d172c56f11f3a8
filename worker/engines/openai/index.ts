import { AppError } from '../../../shared/errors.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import type { Clock } from '../../../shared/wait.ts';
import { MAX_ANSWER_BYTES } from '../../upstream/answer-limits.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { createRateWindow } from '../../upstream/rate-limit-headers.ts';
import {
  callUpstream,
  isSuccess,
  ONLY_ONCE,
  readJson,
  requireBase64Picture,
  requirePicture,
  type UpstreamReply,
} from '../../upstream/upstream.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { toBody } from './body.ts';
import { isModelGone, readError, toFailure } from './failures.ts';
import { familyOf } from './families.ts';
import { createModels, toHeaders } from './models.ts';
import { probeOpenai } from './probe.ts';
import { type ImageItem, imagesReplySchema, type OpenaiOptions, openaiOptionsSchema } from './schema.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

const settings = {
  OPENAI_BASE_URL: urlWithDefault("A server with OpenAI's /images/generations: the address up to /v1", OPENAI_URL),
  OPENAI_API_KEY: text('Its key, if it asks for one', { secret: true }),
  OPENAI_IMAGE_MODEL: text(
    'The model to ask for; unset: the newest that OpenAI lists (at other servers their own choice)',
    { format: "a model's name; `sd-cpp-local` for stable-diffusion.cpp's server" },
  ),
};

const JSON_PATH = '/images/generations';
/** Fields that a server may refuse without changing the picture. */
const DISPENSABLE = ['response_format', 'seed'] as const;
type Dispensable = (typeof DISPENSABLE)[number];

interface OpenaiConfig {
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** Missing: at OpenAI the newest model that it lists, elsewhere the server's own choice. */
  readonly model?: string | undefined;
  /** Missing: the address decides. */
  readonly isOpenai?: boolean;
  readonly clock: Clock;
}

/** Any server that speaks OpenAI's Images API: OpenAI, LocalAI, sd-server, Pollinations. */
export function createOpenai({ baseUrl, apiKey, model: configured, clock, ...given }: OpenaiConfig): Engine {
  const isOpenai = given.isOpenai ?? new URL(baseUrl).hostname === new URL(OPENAI_URL).hostname;
  /** No byte may come for minutes while a picture is made, so the job's signal is the only deadline. */
  const client = createHttpClient({ baseURL: baseUrl, maxContentLength: MAX_ANSWER_BYTES, timeout: 0 });
  const fetchPicture = createGuardedFetch({ base: baseUrl });
  /** Fields that the server refused. Kept for the life of the engine. */
  const refused = new Set<Dispensable>();
  const rateWindow = createRateWindow(clock);
  const models = createModels({ client, apiKey, configured, isOpenai, clock });

  async function generate(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineOutput> {
    const options = parseVendorOptions('openai', openaiOptionsSchema, request.options);
    const key = request.credential ?? apiKey;
    const headers = toHeaders(key);
    const secrets = [key ?? '', request.prompt, request.negativePrompt];
    onProgress({ stage: 'generate' });
    const { reply, model, family, warnings: changes } = await askModels(request, { options, headers, signal });
    rateWindow.read(reply.headers);
    const answer = isSuccess(reply) ? imagesReplySchema.safeParse(readJson(reply)).data : undefined;
    if (answer === undefined) throw toFailure(reply, secrets, { now: clock.now(), model });
    if (answer.data.length < request.count) {
      throw new AppError('engine_failed', `${reply.call}: ${answer.data.length} of ${request.count} pictures came`);
    }
    const toBytes = async (item: ImageItem): Promise<Buffer> => {
      if ('b64_json' in item) return requireBase64Picture(item.b64_json, reply.call);
      onProgress({ stage: 'download' });
      return requirePicture(await fetchPicture(item.url, { signal, credentials: headers }), 'openai: the picture');
    };
    const images = await Promise.all(
      answer.data.slice(0, request.count).map(async (item) => ({ bytes: await toBytes(item) })),
    );
    const warnings = family.seed === 'field' && refused.has('seed') ? ['The image server takes no seed.'] : [];
    return { images, warnings: [...changes, ...warnings] };
  }

  /**
   * Asks for the best model, and for the next one if the server no longer has it. Nothing was made or paid for then.
   */
  async function askModels(request: EngineRequest, { options, headers, signal }: Asking) {
    const candidates = await models.list(signal);
    for (const [index, model] of candidates.entries()) {
      const family = familyOf(model);
      const { fields, warnings } = toBody(request, { family, model, options, isOpenai });
      const reply = await ask(fields, headers, signal);
      const isLast = index === candidates.length - 1;
      if (isModelGone(reply)) models.noteGone(model);
      if (isModelGone(reply) && !isLast) continue;
      return { reply, model, family, warnings };
    }
    throw new AppError('internal', 'openai: there is no model to ask for');
  }

  /**
   * Repeats the call without a dispensable field that the server refuses. After HTTP 400 nothing was made or paid for.
   */
  async function ask(fields: object, headers: Record<string, string>, signal: AbortSignal): Promise<UpstreamReply> {
    const data = Object.fromEntries(Object.entries(fields).filter(([name]) => !refused.has(name as Dispensable)));
    const reply = await callUpstream(client, { ...ONLY_ONCE, method: 'POST', url: JSON_PATH, data, headers, signal });
    const field = reply.status === 400 ? findRefused(reply, data) : undefined;
    if (field === undefined) return reply;
    refused.add(field);
    return ask(fields, headers, signal);
  }

  return {
    name: 'openai',
    get limits() {
      return familyOf(models.latest()).limits;
    },
    generate,
    /** Reads the list ahead. A request that comes meanwhile waits for it. */
    start: async () => {
      if (apiKey !== undefined) models.list(new AbortController().signal).catch(() => undefined);
    },
    quotaRemaining: rateWindow.quotaRemaining,
    quotaResetsAt: rateWindow.quotaResetsAt,
    probe: async ({ signal }) => {
      const [model] = await models.list(signal);
      return probeOpenai({ client, apiKey, model, now: clock.now(), signal });
    },
  };
}

interface Asking {
  readonly options: OpenaiOptions;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

function findRefused(reply: UpstreamReply, sent: Readonly<Record<string, unknown>>): Dispensable | undefined {
  const { param, message } = readError(reply);
  return DISPENSABLE.find((name) => name in sent && (param === name || message?.includes(name) === true));
}

export const openai: EnginePlugin<typeof settings> = {
  name: 'openai',
  settings,
  create({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, OPENAI_IMAGE_MODEL }, { clock }) {
    return createOpenai({ baseUrl, apiKey, model: OPENAI_IMAGE_MODEL, clock });
  },
};
