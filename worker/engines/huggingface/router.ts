import { createHttpClient } from '../../../shared/net/http.ts';
import { MAX_ANSWER_BYTES } from '../../upstream/answer-limits.ts';
import { callUpstream, ONLY_ONCE, type UpstreamReply } from '../../upstream/upstream.ts';
import { type ProviderName, shapeOf } from './providers.ts';

/**
 * The calls of the router and of the hub behind it. `apiUrl` is HUGGING_FACE_API_URL: the root, then `/hf-inference`.
 */
export function createRouter(apiUrl: string) {
  const root = apiUrl.replace(/\/hf-inference$/, '');
  /** No byte may come for minutes while a picture is made, so the job's signal is the only deadline. */
  const client = createHttpClient({ maxContentLength: MAX_ANSWER_BYTES, timeout: 0 });

  return {
    /**
     * Which providers serve a model, and by which names. Sent without the token, which the hub does not need for this.
     */
    askHub: (model: string, signal: AbortSignal): Promise<UpstreamReply> =>
      callUpstream(client, { url: `${toHub(root)}/api/models/${model}?expand[]=inferenceProviderMapping`, signal }),
    /** Asks to whom the token belongs. */
    readAccount: (token: string, signal: AbortSignal): Promise<UpstreamReply> =>
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

/** The calls of one provider through the router. */
export interface RouterAt {
  readonly shape: ReturnType<typeof shapeOf>;
  /** A POST that is sent once if there is `data`, else a GET. */
  readonly send: (
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    data?: unknown,
  ) => Promise<UpstreamReply>;
}

/** The hub of `router.huggingface.co` is `huggingface.co`. Any other address is both router and hub. */
function toHub(root: string): string {
  return root.replace('://router.', '://');
}
