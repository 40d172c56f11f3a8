import { createLog, type Logger } from '../../../../shared/service/log.ts';
import { systemClock } from '../../../../shared/wait.ts';
import type { BrowserPages } from '../../../../worker/browser/pages.ts';
import { createBrowserSupervisor } from '../../../../worker/browser/supervisor.ts';
import type { Engine, EngineImage, EngineRequest } from '../../../../worker/engines/engine.ts';
import { createPerchance } from '../../../../worker/engines/perchance/index.ts';
import { WAITS, type Waits } from '../../../../worker/engines/perchance/site.ts';
import { fingerprintOf } from '../../../stand-ins/perchance/fingerprint.ts';
import { createPerchanceStandIn, type PerchanceStandIn } from '../../../stand-ins/perchance/perchance-stand-in.ts';

interface EngineSettings {
  readonly pageUrl?: string;
  readonly pages?: BrowserPages;
  readonly profileDirectory?: string;
  readonly waits?: Partial<Waits>;
  /** Default: only the embed, so that its tests do not use the fallback. */
  readonly way?: 'auto' | 'embed' | 'page';
}

/** The engine on a real Chromium and a stand-in of the site, with short time limits. */
export interface Perchance {
  readonly site: PerchanceStandIn;
  readonly pages: BrowserPages;
  readonly engine: Engine;
  /** Another engine, by default on the same browser. */
  createEngine(settings: EngineSettings): Engine;
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** Short where a test waits for the end of the limit, and long enough elsewhere for a busy machine. */
export const QUICK_WAITS: Waits = {
  ...WAITS,
  // Long enough that a busy machine does not look like a missing site.
  document: 5_000,
  part: 5_000,
  verification: 4_000,
  silence: 3_000,
  download: 2_000,
  message: 100,
  pause: 20,
};

export function createBrowser(log: Logger): BrowserPages {
  return createBrowserSupervisor({ restartAfterPages: 0, idleShutdownMs: 0, clock: systemClock, log });
}

export const SILENT = createLog({ service: 'test', level: 'silent' });

export async function createPerchanceOnStandIn(log: Logger = SILENT) {
  const site = await createPerchanceStandIn();
  const browser = createBrowser(log);
  const createEngine: Perchance['createEngine'] = ({
    pageUrl = site.url,
    pages = browser,
    profileDirectory,
    waits,
    way = 'embed',
  }) =>
    createPerchance(
      {
        PERCHANCE_URL: pageUrl,
        PERCHANCE_EMBED_URL: site.embedUrl,
        PERCHANCE_WAY: way,
        PERCHANCE_PAGE_URL: site.imagePageUrl,
        PERCHANCE_PROFILE_DIR: profileDirectory,
      },
      { pages, clock: systemClock, log, dataDirectory: '/nonexistent' },
      { ...QUICK_WAITS, ...waits },
    );
  const perchance: Perchance = {
    site,
    pages: browser,
    engine: createEngine({}),
    createEngine,
    secrets: [],
    close: async () => {
      await browser.stop();
      await site.stop();
    },
  };
  return perchance;
}

export function requestFor(changes: Partial<EngineRequest> = {}): EngineRequest {
  return {
    prompt: 'a lighthouse in fog',
    negativePrompt: 'people',
    seed: 1234,
    count: 1,
    width: 512,
    height: 512,
    shape: 'square',
    guidanceScale: 7,
    previews: 0,
    ...changes,
  };
}

/** What the pixels of this request's picture encode. */
export function fingerprintFor(request: EngineRequest): string {
  return fingerprintOf({
    prompt: request.prompt,
    negativePrompt: request.negativePrompt,
    seed: request.seed,
    guidanceScale: request.guidanceScale ?? 7,
    resolution: `${request.width}x${request.height}`,
  });
}

/** Makes one picture, and records the progress. */
export async function paint(
  engine: Engine,
  changes: Partial<EngineRequest> = {},
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<EngineImage & { readonly progress: readonly string[] }> {
  const progress: string[] = [];
  const { images } = await engine.generate(requestFor(changes), {
    signal,
    onProgress: ({ stage, engineStatus }) =>
      progress.push(engineStatus === undefined ? stage : `${stage} ${engineStatus}`),
  });
  const [image, ...more] = images;
  if (image === undefined || more.length > 0) throw new Error(`${images.length} pictures`);
  return { ...image, progress };
}
