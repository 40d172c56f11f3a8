import { MAX_COUNT, MAX_SEED } from '../../../shared/contract/generation.ts';
import { AppError, toAppError } from '../../../shared/errors.ts';
import { toAbortError } from '../../../shared/wait.ts';
import type { DrivenPage, PageRecipe, SiteFiles } from '../../browser/pages.ts';
import type {
  Engine,
  EngineContext,
  EngineImage,
  EngineLimits,
  EnginePlugin,
  EngineRequest,
  EngineServices,
} from '../engine.ts';
import { PAGE_URL, readPageFiles } from './page-files.ts';
import { paintPicture } from './paint-picture.ts';

const DEFAULT_GUIDANCE = 7;

const LIMITS: EngineLimits = {
  sizes: { multipleOf: 1, min: 64, max: 2048 },
  shapes: {
    portrait: { width: 512, height: 768 },
    landscape: { width: 768, height: 512 },
    square: { width: 768, height: 768 },
  },
  maxCount: MAX_COUNT,
  seed: true,
  negativePrompt: true,
  guidanceScale: { min: 0, max: 20, default: DEFAULT_GUIDANCE },
};

/** As many take some 0.2 s to paint. */
const LONG_PIXELS = 1024 * 1024;

/** The page never changes while the worker runs. */
const MAX_AGE_MS = Number.POSITIVE_INFINITY;

/** Runs in the page. Nobody looks at it, and to show a picture Chromium would copy it. */
const HIDE_AND_FIND =
  "document.documentElement.style.display = 'none'; typeof window.easelSketch?.paint === 'function'";

/** Paints pictures with a local page in the worker's own browser, without a model, a service or an account. */
export function createSketch({ pages }: Pick<EngineServices, 'pages'>): Engine {
  let files: Promise<SiteFiles> | undefined;
  const recipe: PageRecipe = {
    name: 'sketch',
    keepsIdentity: false,
    isReusable: true,
    maxAgeMs: MAX_AGE_MS,
    readFiles: () => {
      files ??= readPageFiles();
      return files;
    },
    prepare: async (page) => {
      await page.goto(PAGE_URL);
      const isThere = await page.evaluate<boolean>(HIDE_AND_FIND);
      if (!isThere) throw new AppError('engine_failed', "the sketch page's script did not run");
    },
  };

  return {
    name: 'sketch',
    limits: LIMITS,
    isProgrammed: true,
    start: async () => pages.start(recipe),
    generate: async (request, context) => {
      if (context.signal.aborted) throw toAbortError(context.signal);
      try {
        const isLong = request.count * request.width * request.height > LONG_PIXELS;
        const images = await pages.use(recipe, (page) => paintAll(page, request, context), { ...context, isLong });
        return { images, warnings: [] };
      } catch (error) {
        throw toAppError(error, 'engine_failed');
      }
    },
  };
}

async function paintAll(
  page: DrivenPage,
  request: EngineRequest,
  { onProgress }: EngineContext,
): Promise<EngineImage[]> {
  const images: EngineImage[] = [];
  onProgress({ stage: 'generate', fraction: 0 });
  for (let index = 0; index < request.count; index += 1) {
    const { prompt, negativePrompt, width, height, guidanceScale = DEFAULT_GUIDANCE } = request;
    const seed = (request.seed + index) % (MAX_SEED + 1);
    const sketchRequest = { prompt, negativePrompt, seed, width, height, guidanceScale };
    const bytes = await paintPicture(page, sketchRequest, {
      previews: request.previews,
      onProgress: ({ fraction, preview }) =>
        onProgress({
          stage: 'generate',
          ...(fraction === undefined ? {} : { fraction: (index + fraction) / request.count }),
          ...(preview === undefined ? {} : { preview: { mediaType: 'image/jpeg', base64: toBase64(preview) } }),
        }),
    });
    images.push({ bytes, seed });
  }
  return images;
}

function toBase64(dataUrl: string): string {
  return dataUrl.slice(dataUrl.indexOf(',') + 1);
}

export const sketch: EnginePlugin<Record<never, never>> = {
  name: 'sketch',
  settings: {},
  create: (_settings, services) => createSketch(services),
};
