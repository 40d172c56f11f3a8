import { createHttpClient } from '../../../shared/net/http.ts';
import { callUpstream, isSuccess, ONLY_ONCE, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import { notServed } from './failures.ts';
import { type ProviderName, shapeOf } from './providers.ts';
import { mappingSchema } from './schema.ts';

const MAX_BYTES = 256 * 1024 * 1024;

interface RouterOptions {
  /** As HUGGING_FACE_API_URL: the router's root, then `/hf-inference`. */
  readonly apiUrl: string;
  readonly provider: ProviderName;
  readonly model: string;
}

/** One model at one provider, through the router. */
export function createRouter({ apiUrl, provider, model }: RouterOptions) {
  const root = apiUrl.replace(/\/hf-inference$/, '');
  const shape = shapeOf(provider);
  /** A picture may take minutes without a byte; the job's signal is the deadline. */
  const client = createHttpClient({ maxContentLength: MAX_BYTES, timeout: 0 });
  let knownId = provider === 'hf-inference' ? model : undefined;

  /** Providers have names of their own for a model; the hub knows them. Asked once, without the token. */
  async function findModelId(signal: AbortSignal): Promise<string | UpstreamReply> {
    if (knownId !== undefined) return knownId;
    const url = `${toHub(root)}/api/models/${model}?expand[]=inferenceProviderMapping`;
    const reply = await callUpstream(client, { url, signal });
    if (!isSuccess(reply)) return reply;
    const mapping = mappingSchema.safeParse(readJson(reply)).data?.inferenceProviderMapping[provider];
    if (mapping?.task !== 'text-to-image') throw notServed(provider);
    knownId = mapping.providerId;
    return knownId;
  }

  return {
    shape,
    findModelId,
    send: (path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal, data?: unknown) =>
      callUpstream(client, {
        ...(data === undefined ? {} : { ...ONLY_ONCE, method: 'POST' }),
        url: `${root}${path}`,
        headers: { ...shape.headers, ...headers },
        signal,
        data,
      }),
    /** A model may have moved to another name. */
    forgetModelId(): void {
      if (provider !== 'hf-inference') knownId = undefined;
    },
  };
}

export type Router = ReturnType<typeof createRouter>;

/** `router.huggingface.co` belongs to `huggingface.co`; any other base is router and hub in one. */
function toHub(root: string): string {
  return root.replace('://router.', '://');
}
