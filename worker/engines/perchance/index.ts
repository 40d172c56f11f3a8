import type { z } from 'zod';
import { AppError, toAppError } from '../../../shared/errors.ts';
import { choice, text, urlWithDefault } from '../../../shared/service/config.ts';
import { toAbortError } from '../../../shared/wait.ts';
import type { PageRecipe } from '../../browser/pages.ts';
import { assertReachable } from '../../upstream/reach.ts';
import type { Engine, EngineContext, EngineImage, EnginePlugin, EngineRequest, EngineServices } from '../engine.ts';
import { unreachable } from './failures.ts';
import { openGenerator } from './generator-page.ts';
import { paintByImagePage } from './image-page.ts';
import { paint } from './paint.ts';
import { LIMITS, PAGE_MAX_AGE_MS, WAITS, type Waits } from './site.ts';

const PAGE_URL = 'https://perchance.org/ai-text-to-image-generator';
const EMBED_URL = 'https://image-generation.perchance.org/embed';

const IMAGE_PAGE_URL = 'https://perchance.org/perchance-ai-api';

const settings = {
  PERCHANCE_URL: urlWithDefault("Perchance's generator page, opened as a visitor opens it", PAGE_URL),
  PERCHANCE_EMBED_URL: urlWithDefault("Perchance's embed page, which makes one picture", EMBED_URL),
  PERCHANCE_WAY: choice(
    'How a picture is made: by the embed, by the page "Image API v1" that takes the request in its address, or by the embed and, when its parts are missing, by that page.',
    ['auto', 'embed', 'page'],
    'auto',
  ),
  PERCHANCE_PAGE_URL: urlWithDefault('The page "Image API v1" at Perchance', IMAGE_PAGE_URL),
  PERCHANCE_PROFILE_DIR: text('Browser profile that keeps a check which a person passed by hand', {
    format: 'the path of a directory',
  }),
};

type Settings = z.infer<z.ZodObject<typeof settings>>;

/**
 * Pictures by perchance.org, made the way its own page makes them: the generator page is open, and its embed makes the
 * picture. When the embed is no longer as we know it, another page of the site makes it (`PERCHANCE_WAY`). Keys, verification and advertisement code stay the page's own business; a check for humans is reported.
 */
export function createPerchance(settings: Settings, { pages, clock }: EngineServices, waits: Waits = WAITS): Engine {
  const { PERCHANCE_URL: pageUrl, PERCHANCE_EMBED_URL: embedUrl, PERCHANCE_PROFILE_DIR: profileDirectory } = settings;
  const { PERCHANCE_PAGE_URL: imagePageUrl, PERCHANCE_WAY: way } = settings;
  const trustedHosts = toTrustedHosts(pageUrl, embedUrl, imagePageUrl);
  const visitor = { keepsIdentity: true, profileDirectory, trustedHosts, maxAgeMs: PAGE_MAX_AGE_MS };
  /** True until the site's page was loaded, and again after a failed load. Only then a trial connection is opened. */
  let isOpening = true;
  const recipe: PageRecipe = {
    name: 'perchance',
    prepare: async (page, { signal }) => {
      isOpening = true;
      await openGenerator(page, pageUrl, { signal, waits });
      isOpening = false;
    },
    ...visitor,
  };
  /** The page's address contains the request, so no page can be opened ahead. */
  const imagePageRecipe: PageRecipe = { name: 'perchance-image-page', prepare: async () => undefined, ...visitor };
  /** Until this time the image page is asked first, because the embed was missing. */
  let imagePageUntil = Number.NEGATIVE_INFINITY;
  /** Aborted when the site must be left alone. Requests that wait for the page then fail with the same error. */
  let calm = new AbortController();

  async function paintOnPage(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineImage> {
    const options = { pageUrl, embedUrl, clock, waits, onProgress };
    const use = { signal, onProgress };
    const image = pages.use(recipe, (page, task) => paint(page, request, { ...options, signal: task.signal }), use);
    const trial = isOpening ? assertConnects(pageUrl, signal) : undefined;
    const [painted] = await Promise.all([image, trial]);
    return painted;
  }

  async function paintOnImagePage(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineImage> {
    const options = { imagePageUrl, embedUrl, clock, waits, onProgress };
    const image = pages.use(
      imagePageRecipe,
      (page, task) => paintByImagePage(page, request, { ...options, signal: task.signal }),
      { signal, onProgress },
    );
    const [painted] = await Promise.all([image, assertConnects(imagePageUrl, signal)]);
    return painted;
  }

  /** Asks the embed first, and the image page if the site no longer has the embed that we know. */
  async function paintEitherWay(request: EngineRequest, context: EngineContext): Promise<EngineImage> {
    if (way === 'embed') return paintOnPage(request, context);
    if (way === 'page') return paintOnImagePage(request, context);
    let missing: AppError | undefined;
    if (clock.elapsed() >= imagePageUntil) {
      try {
        return await paintOnPage(request, context);
      } catch (error) {
        if (!isChanged(error)) throw error;
        missing = error;
      }
    }
    try {
      const image = await paintOnImagePage(request, context);
      if (missing !== undefined) imagePageUntil = clock.elapsed() + IMAGE_PAGE_FIRST_MS;
      return image;
    } catch (error) {
      imagePageUntil = Number.NEGATIVE_INFINITY;
      // The operator should first learn that the known way has changed.
      throw isChanged(error) ? (missing ?? error) : error;
    }
  }

  async function assertConnects(url: string, signal: AbortSignal): Promise<void> {
    await assertReachable(url, { timeoutMs: waits.connect, signal }).catch((error: unknown) => {
      throw signal.aborted ? toAbortError(signal) : unreachable('no connection', error);
    });
  }

  async function generate(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineImage> {
    if (signal.aborted) throw toAbortError(signal);
    const mine = calm;
    const either = AbortSignal.any([signal, mine.signal]);
    try {
      return await paintEitherWay(request, { signal: either, onProgress });
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
    serviceUrl: way === 'page' ? imagePageUrl : pageUrl,
    start: async () => pages.start(recipe),
    generate: async (request, context) => ({ images: [await generate(request, context)], warnings: [] }),
  };
}

/** If the embed was missing and the image page made the picture, the image page is asked first for this time. */
const IMAGE_PAGE_FIRST_MS = 60 * 60_000;

const isChanged = (error: unknown): error is AppError => error instanceof AppError && error.code === 'engine_changed';

/**
 * Hosts that the operator named are trusted, even private ones. The site's own addresses must not lead into our
 * network.
 */
function toTrustedHosts(...urls: readonly string[]): string[] {
  const own = urls.filter((url) => url !== PAGE_URL && url !== EMBED_URL && url !== IMAGE_PAGE_URL);
  return own.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

export const perchance: EnginePlugin<typeof settings> = {
  name: 'perchance',
  settings,
  create: (values, services) => createPerchance(values, services),
};
