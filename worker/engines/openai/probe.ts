import type { AxiosInstance } from 'axios';
import { isRefusal, type Probe } from '../../upstream/probe.ts';
import { callUpstream, describeReply, isSuccess, readJson, toUpstreamError } from '../../upstream/upstream.ts';
import { toHeaders } from './models.ts';
import { modelsReplySchema } from './schema.ts';

const TIMEOUT_MS = 15_000;

interface OpenaiProbe {
  readonly client: AxiosInstance;
  readonly apiKey: string | undefined;
  /** The model of the next request. Undefined: the server's own choice. */
  readonly model: string | undefined;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** `GET /models`, which every server of this API has, names the day on which OpenAI shuts a model down. */
export async function probeOpenai({ client, apiKey, model, now, signal }: OpenaiProbe): Promise<Probe> {
  const secrets = apiKey === undefined ? [] : [apiKey];
  const call = { url: '/models', headers: toHeaders(apiKey), signal, timeout: TIMEOUT_MS };
  const reply = await callUpstream(client, call);
  if (isRefusal(reply)) return { authorized: 'no', notes: [describeReply(reply, secrets)] };
  const answer = isSuccess(reply) ? modelsReplySchema.safeParse(readJson(reply)).data : undefined;
  if (answer === undefined) throw toUpstreamError(reply, { secrets, now });
  const authorized = apiKey === undefined ? 'unasked' : 'yes';
  if (model === undefined) return { authorized };
  const listed = answer.data.find(({ id }) => id === model);
  const endsOn = listed?.shutdown_date?.slice(0, 10);
  return { authorized, model: { name: model, state: listed === undefined ? 'unlisted' : 'served', endsOn } };
}
