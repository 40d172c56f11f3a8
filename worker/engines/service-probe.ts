import { createHttpClient } from '../../shared/net/http.ts';
import { isRefusal, type Probe } from '../upstream/probe.ts';
import { callUpstream, describeReply, isSuccess, ONLY_ONCE, readJson, toUpstreamError } from '../upstream/upstream.ts';
import { toTrustedUrl } from './service-calls.ts';
import type { ServiceAnswer, ServiceConfig, ServiceDescription } from './service-description.ts';

/** Lists of models may be long. */
const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

/** Makes the service's one free call, with the key. Throws an AppError for an answer that is neither success nor refusal. */
export async function probeService(
  service: ServiceDescription & Required<Pick<ServiceDescription, 'probe'>>,
  config: ServiceConfig,
  signal: AbortSignal,
): Promise<Probe> {
  const { model, account, key } = config;
  const { call, namesModel, read, isRefused = isRefusal } = service.probe;
  const { url, headers } = call({ model, account });
  const client = createHttpClient({ maxContentLength: MAX_REPLY_BYTES });
  const reply = await callUpstream(client, {
    ...ONLY_ONCE,
    url: toTrustedUrl(url, config.url, service),
    headers: { ...service.authorize(key), ...headers },
    timeout: TIMEOUT_MS,
    signal,
  });
  const answer: ServiceAnswer = {
    status: reply.status,
    headers: reply.headers,
    json: readJson(reply),
    bytes: reply.body,
  };
  if (isRefused(answer)) return { authorized: 'no', notes: [describeReply(reply, [key])] };
  if (reply.status === 404 && namesModel === true) return { authorized: 'yes', model: { name: model, state: 'gone' } };
  // The service knows the key, which may be allowed to make pictures but not to read its account.
  if (reply.status === 403) return { authorized: 'unasked', notes: [describeReply(reply, [key])] };
  if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets: [key], now: config.clock.now() });
  return { authorized: 'yes', ...read?.(answer, model) };
}
