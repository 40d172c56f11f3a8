import { z } from 'zod';
import { isRefusal, type Probe } from '../../upstream/probe.ts';
import { describeReply, isSuccess, readJson, toUpstreamError } from '../../upstream/upstream.ts';
import type { Automatic1111Server } from './server.ts';

const modelsSchema = z.array(z.object({ title: z.string().optional() }));

interface Automatic1111Probe {
  readonly server: Pick<Automatic1111Server, 'models'>;
  readonly hasAuth: boolean;
  readonly secrets: readonly string[];
  readonly now: number;
  readonly signal: AbortSignal;
}

/** `/sdapi/v1/sd-models` shows whether the server runs with --api, accepts our password and has a model. */
export async function probeAutomatic1111(options: Automatic1111Probe): Promise<Probe> {
  const { server, hasAuth, secrets, now, signal } = options;
  const reply = await server.models(signal);
  if (isRefusal(reply)) return { authorized: 'no', notes: [describeReply(reply, secrets)] };
  const models = isSuccess(reply) ? modelsSchema.safeParse(readJson(reply)).data : undefined;
  if (models === undefined) throw toUpstreamError(reply, { secrets, now, code: 'engine_changed' });
  const authorized = hasAuth ? 'yes' : 'unasked';
  if (models.length === 0) return { authorized, model: { name: 'of any kind', state: 'gone' } };
  return { authorized, notes: [`${models.length} models`] };
}
