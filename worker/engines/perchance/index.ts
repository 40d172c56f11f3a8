import type { z } from 'zod';
import { toAppError } from '../../../shared/errors.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import { toAbortError } from '../../../shared/wait.ts';
import type { PageRecipe } from '../../browser/pages.ts';
import { assertReachable } from '../../upstream/reach.ts';
import type { Engine, EngineContext, EngineImage, EnginePlugin, EngineRequest, EngineServices } from '../engine.ts';
import { unreachable } from './failures.ts';
import { openGenerator } from './generator-page.ts';
import { paint } from './paint.ts';
import { LIMITS, PAGE_MAX_AGE_MS, WAITS, type Waits } from './site.ts';

const PAGE_URL = 'https://perchance.org/ai-text-to-image-generator';
const EMBED_URL = 'https://image-generation.perchance.org/embed';

const settings = {
  PERCHANCE_URL: urlWithDefault("Perchance's generator page, opened as a visitor opens it", PAGE_URL),
  PERCHANCE_EMBED_URL: urlWithDefault("Perchance's embed page, which makes one picture", EMBED_URL),
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
  /** Until the site's page has come, and again after it once did not: only then is a connection opened on trial. */
  let isOpening = true;
  const recipe: PageRecipe = {
    name: 'perchance',
    prepare: async (page, { signal }) => {
      isOpening = true;
      await openGenerator(page, pageUrl, { signal, waits });
      isOpening = false;
    },
    keepsIdentity: true,
    profileDirectory,
    trustedHosts: toTrustedHosts(pageUrl, embedUrl),
    maxAgeMs: PAGE_MAX_AGE_MS,
  };
  /** Aborted when the site is to be left alone: whoever still waits for the page fails alike, and asks nothing. */
  let calm = new AbortController();

  async function paintOnPage(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineImage> {
    const options = { pageUrl, embedUrl, clock, waits, onProgress };
    const use = { signal, onProgress };
    const image = pages.use(recipe, (page, task) => paint(page, request, { ...options, signal: task.signal }), use);
    const trial = isOpening ? assertConnects(signal) : undefined;
    const [painted] = await Promise.all([image, trial]);
    return painted;
  }

  async function assertConnects(signal: AbortSignal): Promise<void> {
    await assertReachable(pageUrl, { timeoutMs: waits.connect, signal }).catch((error: unknown) => {
      throw signal.aborted ? toAbortError(signal) : unreachable('no connection', error);
    });
  }

  async function generate(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineImage> {
    if (signal.aborted) throw toAbortError(signal);
    const mine = calm;
    const either = AbortSignal.any([signal, mine.signal]);
    try {
      return await paintOnPage(request, { signal: either, onProgress });
    } catch (error) {
      const failure = either.aborted ? toAbortError(either) : toAppError(error, 'engine_failed');
      if (failure.details.restMs !== undefined) mine.abort(failure);
      if (calm.signal.aborted) calm = new AbortController();
      throw failure;
    }
  }

  return {
    name: 'perchance',
    limits: LIMITS,
    serviceUrl: pageUrl,
    start: async () => pages.start(recipe),
    generate: async (request, context) => ({ images: [await generate(request, context)], warnings: [] }),
  };
}

/** An operator who names another address means it, wherever it lies; the site's own must not lead into our network. */
function toTrustedHosts(...urls: readonly string[]): string[] {
  const own = urls.filter((url) => url !== PAGE_URL && url !== EMBED_URL);
  return own.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

export const perchance: EnginePlugin<typeof settings> = {
  name: 'perchance',
  settings,
  create: (values, services) => createPerchance(values, services),
};
