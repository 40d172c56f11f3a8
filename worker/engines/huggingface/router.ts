import { createHttpClient } from '../../../shared/net/http.ts';
import { MAX_ANSWER_BYTES } from '../../upstream/answer-limits.ts';
import { callUpstream, ONLY_ONCE, type UpstreamReply } from '../../upstream/upstream.ts';
import { type ProviderName, shapeOf } from './providers.ts';

/** The router to the providers, and the hub behind it. `apiUrl` as HUGGING_FACE_API_URL: the root, then `/hf-inference`. */
export function createRouter(apiUrl: string) {
  const root = apiUrl.replace(/\/hf-inference$/, '');
  /** A picture may take minutes without a byte; the job's signal is the deadline. */
  const client = createHttpClient({ maxContentLength: MAX_ANSWER_BYTES, timeout: 0 });

  return {
    /** Which providers serve a model, under which names. Without the token: it is no business of the hub's. */
    askHub: (model: string, signal: AbortSignal): Promise<UpstreamReply> =>
      callUpstream(client, { url: `${toHub(root)}/api/models/${model}?expand[]=inferenceProviderMapping`, signal }),
    /** Whose token it is. */
    askWho: (token: string, signal: AbortSignal): Promise<UpstreamReply> =>
      callUpstream(client, {
        url: `${toHub(root)}/api/whoami-v2`,
        headers: { authorization: `Bearer ${token}` },
        signal,
      }),
    at(provider: ProviderName): RouterAt {
      const shape = shapeOf(provider);
      const send: RouterAt['send'] = (path, headers, signal, data) =>
        callUpstream(client, {
          ...(data === undefined ? {} : { ...ONLY_ONCE, method: 'POST' }),
          url: `${root}${path}`,
          headers: { ...shape.headers, ...headers },
          signal,
          data,
        });
      return { shape, send };
    },
  };
}

export type Router = ReturnType<typeof createRouter>;

/** One provider, through the router. */
export interface RouterAt {
  readonly shape: ReturnType<typeof shapeOf>;
  /** With `data` a POST that is sent once, else a GET. */
  readonly send: (
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    data?: unknown,
  ) => Promise<UpstreamReply>;
}

/** `router.huggingface.co` belongs to `huggingface.co`; any other base is router and hub in one. */
function toHub(root: string): string {
  return root.replace('://router.', '://');
}
