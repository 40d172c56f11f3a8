import type { Clock } from '../../../shared/wait.ts';
import { createCachedList } from '../../upstream/cached-list.ts';
import { isSuccess, readJson } from '../../upstream/upstream.ts';
import { notServed } from './failures.ts';
import { PROVIDER_NAMES, type ProviderName } from './providers.ts';
import type { Router } from './router.ts';
import { mappingSchema } from './schema.ts';

/**
 * Which providers serve a model changes monthly (SDXL and FLUX.1-schnell left hf-inference in 2026), so the hub is asked
 * once a day. These models are tried in order when the operator names none; all of them allow commercial use but the
 * last, which has been hf-inference's own example.
 */
const DEFAULT_MODELS: readonly string[] = [
  'black-forest-labs/FLUX.1-schnell',
  'Tongyi-MAI/Z-Image-Turbo',
  'Qwen/Qwen-Image',
  'stabilityai/stable-diffusion-3-medium-diffusers',
];

/** A model at a provider, under that provider's own name of it. */
export interface Target {
  readonly model: string;
  readonly provider: ProviderName;
  readonly modelId: string;
}

interface ModelsOptions {
  readonly router: Router;
  /** The operator's choice. */
  readonly model: string | undefined;
  /** `auto`: any provider that serves the model. */
  readonly provider: ProviderName | 'auto';
  readonly clock: Pick<Clock, 'elapsed'>;
}

/** Knows which providers serve which model. */
export function createModels({ router, model: configured, provider, clock }: ModelsOptions) {
  const models = configured === undefined ? DEFAULT_MODELS : [configured];
  /** Models that a provider said it no longer has. Kept for the life of the engine. */
  const gone = new Set<string>();
  const listed = models.map((model) => createCachedList({ read: (signal) => read(model, signal), literal: [], clock }));

  /** The providers in the hub's order. Undefined if the hub does not answer. */
  async function read(model: string, signal: AbortSignal): Promise<readonly Target[] | undefined> {
    const reply = await router.askHub(model, signal);
    const answer = isSuccess(reply) ? mappingSchema.safeParse(readJson(reply)).data : undefined;
    if (answer === undefined) return undefined;
    return Object.entries(answer.inferenceProviderMapping).flatMap(([name, entry]) => {
      const known = PROVIDER_NAMES.find((one) => one === name);
      const isWanted = provider === name || (provider === 'auto' && entry.status === 'live');
      if (known === undefined || !isWanted || entry.task !== 'text-to-image') return [];
      return [{ model, provider: known, modelId: entry.providerId }];
    });
  }

  const withLiterals = (targets: readonly Target[]): readonly Target[] => {
    const atHuggingFace = models.map((model) => ({ model, provider: 'hf-inference' as const, modelId: model }));
    if (provider === 'hf-inference') return atHuggingFace;
    // The hub may be unreachable while the router works.
    return provider === 'auto' && targets.length === 0 ? atHuggingFace : targets;
  };

  const openOf = (targets: readonly Target[]): readonly Target[] => {
    const open = targets.filter((target) => !gone.has(nameOf(target)));
    return open.length > 0 ? open : targets.slice(0, 1);
  };

  return {
    /** Best first, and never empty. Throws `engine_changed` if the provider serves none of the models. */
    async list(signal: AbortSignal): Promise<readonly Target[]> {
      if (provider === 'hf-inference') return openOf(withLiterals([]));
      const known = await Promise.all(listed.map((list) => list.get(signal)));
      const targets = withLiterals(known.flat());
      if (targets.length > 0) return openOf(targets);
      for (const list of listed) list.forget();
      throw notServed(models.join(', '), provider);
    },
    /** The best one that is known without asking the hub. */
    latest(): Pick<Target, 'model' | 'provider'> {
      const [first] = openOf(withLiterals(listed.flatMap((list) => list.latest())));
      return first ?? { model: models[0] ?? '', provider: provider === 'auto' ? 'hf-inference' : provider };
    },
    noteGone(target: Target): void {
      gone.add(nameOf(target));
      for (const list of listed) list.forget();
    },
  };
}

const nameOf = ({ provider, modelId }: Target): string => `${provider} ${modelId}`;
