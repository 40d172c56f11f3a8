import type { z } from 'zod';
import { text, urlWithDefault } from '../../../shared/config.ts';
import { toAppError } from '../../../shared/errors.ts';
import { toAbortError } from '../../../shared/wait.ts';
import type { PageRecipe } from '../../browser/pages.ts';
import { raceAbort } from '../../browser/race-abort.ts';
import type { Engine, EngineContext, EngineImage, EnginePlugin, EngineRequest, EngineServices } from '../engine.ts';
import { openGenerator } from './generator-page.ts';
import { paint } from './paint.ts';
import { assertReachable } from './reach.ts';
import { LIMITS, PAGE_MAX_AGE_MS, WAITS, type Waits } from './site.ts';
import { createTurns } from './turns.ts';

const settings = {
  PERCHANCE_URL: urlWithDefault(
    "Perchance's generator page, opened as a visitor opens it",
    'https://perchance.org/ai-text-to-image-generator',
  ),
  PERCHANCE_EMBED_URL: urlWithDefault(
    "Perchance's embed page, which makes one picture",
    'https://image-generation.perchance.org/embed',
  ),
  PERCHANCE_PROFILE_DIR: text('Browser profile that keeps a check which a person passed by hand', {
    format: 'the path of a directory',
  }),
};

type Settings = z.infer<z.ZodObject<typeof settings>>;

/**
 * Pictures by perchance.org, made the way its own page makes them: the generator page is open, and its embed makes the
 * picture. Keys, verification and advertisement code stay the page's own business; a check for humans is reported.
 */
export function createPerchance(
  { PERCHANCE_URL: pageUrl, PERCHANCE_EMBED_URL: embedUrl, PERCHANCE_PROFILE_DIR: profileDirectory }: Settings,
  { pages, clock }: EngineServices,
  waits: Waits = WAITS,
): Engine {
  const turns = createTurns();
  const recipe: PageRecipe = {
    name: 'perchance',
    prepare: (page, { signal }) => openGenerator(page, pageUrl, { signal, waits }),
    keepsIdentity: true,
    profileDirectory,
    maxAgeMs: PAGE_MAX_AGE_MS,
  };
  /** Opening a connection on trial is only worth its time where the last job did not get through. */
  let isKnownToAnswer = false;

  async function visit(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineImage> {
    const closed = new AbortController();
    const use = { signal: AbortSignal.any([signal, closed.signal]), onProgress };
    const options = { pageUrl, embedUrl, clock, waits, onProgress };
    const image = pages.use(recipe, (page, task) => paint(page, request, { ...options, signal: task.signal }), use);
    if (isKnownToAnswer) return image;
    const trial = assertReachable(pageUrl, waits.connect).catch((error: unknown) => {
      closed.abort(error);
      throw error;
    });
    const [painted] = await Promise.all([image, trial]);
    return painted;
  }

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineImage> {
    const { signal, onProgress } = context;
    if (signal.aborted) throw toAbortError(signal);
    try {
      const onWait = (): void => onProgress({ stage: 'queue' });
      const image = await turns.take({ signal, onWait }, () => raceAbort(visit(request, context), signal));
      isKnownToAnswer = true;
      return image;
    } catch (error) {
      const failure = signal.aborted ? toAbortError(signal) : toAppError(error, 'engine_failed');
      if (failure.code === 'engine_failed') isKnownToAnswer = false;
      throw failure;
    }
  }

  return {
    name: 'perchance',
    limits: LIMITS,
    generate: async (request, context) => ({ images: [await generate(request, context)], warnings: [] }),
  };
}

export const perchance: EnginePlugin<typeof settings> = {
  name: 'perchance',
  settings,
  create: (values, services) => createPerchance(values, services),
};
