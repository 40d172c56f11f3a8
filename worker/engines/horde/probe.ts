import { z } from 'zod';
import { createHttpClient } from '../../../shared/net/http.ts';
import { isRefusal, type Probe } from '../../upstream/probe.ts';
import { callUpstream, isSuccess, readJson, toUpstreamError } from '../../upstream/upstream.ts';
import { modelsSchema } from './schema.ts';

const TIMEOUT_MS = 15_000;
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

const userSchema = z.object({ username: z.string(), kudos: z.number() });

interface HordeProbe {
  readonly url: string;
  readonly key: string;
  readonly clientAgent: string;
  /** In order of preference. */
  readonly models: readonly string[];
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Whose key it is, and which of the models are served now: https://aihorde.net/api */
export async function probeHorde({ url, key, clientAgent, models, now, signal }: HordeProbe): Promise<Probe> {
  const client = createHttpClient({ baseURL: url, maxContentLength: MAX_REPLY_BYTES, timeout: TIMEOUT_MS });
  const headers = { apikey: key, 'client-agent': clientAgent };
  const user = await callUpstream(client, { url: '/find_user', headers, signal });
  // An unknown key is 404 there.
  if (isRefusal(user) || user.status === 404) return { authorized: 'no', notes: ['AI Horde does not know this key'] };
  if (!isSuccess(user)) throw toUpstreamError(user, { secrets: [key], now });
  const kudos = userSchema.safeParse(readJson(user)).data?.kudos;
  const notes = kudos === undefined ? [] : [`${Math.round(kudos)} kudos; nothing that Easel asks for costs any`];
  const reply = await callUpstream(client, { url: '/status/models?type=image', headers, signal });
  if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets: [key], now });
  const served = new Set(modelsSchema.parse(readJson(reply)).flatMap(({ name, count }) => (count > 0 ? [name] : [])));
  const wanted = models.find((name) => served.has(name));
  const model = { name: wanted ?? models[0] ?? '', state: wanted === undefined ? 'unlisted' : 'served' } as const;
  return { authorized: 'yes', model, notes };
}
