import { createLoopbackOrigin, type LoopbackOrigin } from '../loopback-origin.ts';
import type { ApiCall } from './api-call.ts';
import { type Behaviour, normalBehaviour } from './behaviour.ts';
import type { Concurrency } from './concurrency.ts';
import { modes, type PerchanceMode } from './modes.ts';
import { createOriginApps, type DocumentLoads } from './origins.ts';
import { GENERATOR_NAME, IMAGE_PAGE_NAME, type Origins } from './pages.ts';
import { createService } from './service.ts';
import { quickTimings, type Timings } from './timings.ts';

export type PerchanceStandIn = {
  /** The outer page: what `PERCHANCE_URL` takes. */
  url: string;
  /** The embed page without its hash: what `PERCHANCE_EMBED_URL` takes. */
  embedUrl: string;
  generatorUrl: string;
  /** The page "Image API v1": what `PERCHANCE_PAGE_URL` takes. */
  imagePageUrl: string;
  /** The API on the embed's origin, ends in `/api`. */
  apiUrl: string;
  /** Each call to the API, oldest first. */
  requests: readonly ApiCall[];
  documentLoads: Readonly<DocumentLoads>;
  /** Resolves with call number `count` (default 1) to an endpoint, such as `generate`. */
  waitForRequest(endpoint: string, count?: number): Promise<ApiCall>;
  concurrency(): Concurrency;
  /**
   * From now on applies the mode's patch to the normal behaviour, then `changes`. Ends every held reply. Keys and records
   * stay, and so does the markup of pages that are already open.
   */
  setMode(mode: PerchanceMode, changes?: Partial<Behaviour>): void;
  /** Back to mode `ok`, with no keys and no records. */
  reset(): void;
  stop(): Promise<void>;
};

export type PerchanceStandInOptions = {
  mode?: PerchanceMode;
  timings?: Partial<Timings>;
};

/** A local Perchance: outer page, generator page, embed with its API, and Turnstile, each on its own origin. */
export async function createPerchanceStandIn(options: PerchanceStandInOptions = {}): Promise<PerchanceStandIn> {
  const service = createService({ ...quickTimings, ...options.timings });
  const loads: DocumentLoads = { outer: 0, generator: 0, embed: 0, imagePage: 0 };
  const apps = createOriginApps(service, () => urls, loads);
  const servers: Record<keyof Origins, LoopbackOrigin> = {
    outer: await createLoopbackOrigin(apps.outer),
    generator: await createLoopbackOrigin(apps.generator),
    embed: await createLoopbackOrigin(apps.embed),
    turnstile: await createLoopbackOrigin(apps.turnstile),
  };
  const urls: Origins = {
    outer: servers.outer.url,
    generator: servers.generator.url,
    embed: servers.embed.url,
    turnstile: servers.turnstile.url,
  };

  function behave(behaviour: Behaviour): void {
    service.behave(behaviour);
    for (const page of ['outer', 'generator', 'embed'] as const) {
      servers[page].setRefusing(behaviour[page] === 'refused');
    }
  }

  function setMode(mode: PerchanceMode, changes: Partial<Behaviour> = {}): void {
    behave({ ...normalBehaviour, ...modes[mode], ...changes });
  }

  setMode(options.mode ?? 'ok');

  return {
    url: `${urls.outer}/${GENERATOR_NAME}`,
    imagePageUrl: `${urls.outer}/${IMAGE_PAGE_NAME}`,
    generatorUrl: `${urls.generator}/${GENERATOR_NAME}`,
    embedUrl: `${urls.embed}/embed`,
    apiUrl: `${urls.embed}/api`,
    requests: service.log.calls,
    documentLoads: loads,
    waitForRequest: (endpoint, count = 1) => service.log.waitFor(endpoint, count),
    concurrency: service.concurrency.read,
    setMode,
    reset() {
      service.clear();
      setMode('ok');
      Object.assign(loads, { outer: 0, generator: 0, embed: 0, imagePage: 0 });
    },
    async stop() {
      service.waits.release();
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}
