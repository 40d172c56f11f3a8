import type { AxiosInstance } from 'axios';
import { AppError } from '../../../shared/errors.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { text, textWithDefault, urlWithDefault } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { callUpstream, isSuccess, ONLY_ONCE, readJson, requirePicture } from '../../upstream/upstream.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { toCreateBody } from './body.ts';
import { missingToken, NEEDS_TOKEN, toReplyFailure, toShapeFailure, toTextFailure } from './failures.ts';
import { DEFAULT_MODEL_ID, limitsOf } from './models.ts';
import { waitForPictures } from './poll.ts';
import { createdSchema, piclumenOptionsSchema } from './schema.ts';

const settings = {
  PICLUMEN_API_URL: urlWithDefault('Where the piclumen engine reaches the service', 'https://api.piclumen.com'),
  PICLUMEN_TOKEN: text("The operator's session token, for callers who bring none of their own", { secret: true }),
  PICLUMEN_MODEL_ID: textWithDefault('The model of the piclumen engine', DEFAULT_MODEL_ID, 'a model id of Piclumen'),
};

const MAX_JSON_BYTES = 1024 * 1024;

interface PiclumenConfig {
  readonly apiUrl: string;
  readonly token?: string | undefined;
  readonly modelId: string;
  readonly clock: Clock;
}

/** Piclumen's private web API with a person's session token: creates a task, then asks until it is done. */
export function createPiclumen({ apiUrl, token: operatorToken, modelId, clock }: PiclumenConfig): Engine {
  const client = createHttpClient({ baseURL: apiUrl, maxContentLength: MAX_JSON_BYTES });
  const fetchPicture = createGuardedFetch({ base: apiUrl });

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const { signal, onProgress } = context;
    const options = parseVendorOptions('piclumen', piclumenOptionsSchema, request.options);
    const body = toCreateBody(request, options, modelId);
    const token = request.credential ?? operatorToken;
    /** Sent without `Bearer`. A token that a header cannot hold is wrong. */
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw missingToken();
    const headers = { authorization: token, platform: 'Web' };
    const secrets = [token, request.prompt, request.negativePrompt];

    onProgress({ stage: 'generate' });
    const markId = await createTask({ client, clock, headers, body, secrets, signal });
    const found = await waitForPictures({ client, clock, headers, markId, secrets, signal, onProgress });
    if (found.length < request.count) {
      throw new AppError('engine_failed', `piclumen: ${found.length} of ${request.count} pictures came`);
    }

    onProgress({ stage: 'download' });
    const images = await Promise.all(
      found.slice(0, request.count).map(async ({ imgUrl, sensitive }, index) => ({
        bytes: requirePicture(await fetchPicture(imgUrl, { signal }), 'piclumen: the picture'),
        /** The service does not report it. It is known only if the caller's own seed replaced the canonical one. */
        seed: options.seed === undefined ? undefined : options.seed + index,
        nsfw: sensitive === 'NSFW',
      })),
    );
    return { images, warnings: [] };
  }

  return {
    name: 'piclumen',
    limits: limitsOf(modelId),
    needsToken: operatorToken === undefined ? NEEDS_TOKEN : undefined,
    serviceUrl: apiUrl,
    generate: async (request, context) => {
      try {
        return await generate(request, context);
      } catch (error) {
        throw context.signal.aborted ? toAbortError(context.signal) : error;
      }
    },
  };
}

interface CreateCall {
  readonly client: AxiosInstance;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** Never repeated, because a task whose answer was lost may already run and cost something. */
async function createTask({ client, clock, headers, body, secrets, signal }: CreateCall): Promise<string> {
  const call = { method: 'POST', url: '/api/gen/create', data: body, headers, signal };
  const reply = await callUpstream(client, { ...ONLY_ONCE, ...call });
  if (!isSuccess(reply)) throw toReplyFailure(reply, secrets, clock.now());
  const parsed = createdSchema.safeParse(readJson(reply));
  if (!parsed.success) throw toShapeFailure(reply, secrets, clock.now());
  const { status, message, data } = parsed.data;
  if (status !== 0) throw toTextFailure(reply.call, message ?? `status ${status}`, secrets);
  if (data === null || data === undefined) throw toShapeFailure(reply, secrets, clock.now());
  return data.markId;
}

export const piclumen: EnginePlugin<typeof settings> = {
  name: 'piclumen',
  settings,
  create: ({ PICLUMEN_API_URL, PICLUMEN_TOKEN, PICLUMEN_MODEL_ID }, { clock }) =>
    createPiclumen({ apiUrl: PICLUMEN_API_URL, token: PICLUMEN_TOKEN, modelId: PICLUMEN_MODEL_ID, clock }),
};
