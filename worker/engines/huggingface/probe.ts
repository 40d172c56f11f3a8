import { AppError } from '../../../shared/errors.ts';
import { isRefusal, type Probe } from '../../upstream/probe.ts';
import { describeReply, isSuccess, toUpstreamError } from '../../upstream/upstream.ts';
import type { Target } from './models.ts';
import type { Router } from './router.ts';

interface HuggingfaceProbe {
  readonly router: Pick<Router, 'readAccount'>;
  readonly apiKey: string | undefined;
  /** Resolves with the providers that serve the model. Throws `engine_changed` if none does. */
  readonly list: (signal: AbortSignal) => Promise<readonly Target[]>;
  readonly model: string;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Asks the hub whose token it is and who serves the model. */
export async function probeHuggingface(options: HuggingfaceProbe): Promise<Probe> {
  const { router, apiKey, now, signal } = options;
  const model = await findModel(options);
  if (apiKey === undefined)
    return { authorized: 'unasked', model, notes: ['only callers with their own token are served'] };
  const reply = await router.readAccount(apiKey, signal);
  if (isRefusal(reply)) return { authorized: 'no', notes: [describeReply(reply, [apiKey])] };
  if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets: [apiKey], now });
  return { authorized: 'yes', model };
}

async function findModel({ list, model, signal }: HuggingfaceProbe): Promise<NonNullable<Probe['model']>> {
  try {
    const [target] = await list(signal);
    return { name: target === undefined ? model : `${target.model} at ${target.provider}`, state: 'served' };
  } catch (error) {
    if (error instanceof AppError && error.code === 'engine_changed') return { name: model, state: 'gone' };
    throw error;
  }
}
